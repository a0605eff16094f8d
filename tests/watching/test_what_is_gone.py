"""PostgreSQL and NATS have no exporters: the services' own metrics say that they are gone."""

from program import tool, wait_until

LIMIT_S = 60


def test_a_database_and_a_messenger_that_are_gone_are_seen(prometheus):
    def down(metric: str) -> set[str]:
        return {series["metric"]["job"] for series in prometheus.ask(f'max by (job) ({metric}{{site!=""}}) == 0')}

    def known(metric: str) -> set[str]:
        return {series["metric"]["job"] for series in prometheus.ask(f'{metric}{{site!=""}}')}

    assert not down("db_up") and {"order", "bank"} <= known("db_up")
    try:
        for program, metric in (("nats", "nats_connected"), ("postgres", "db_up")):
            assert tool("stop", program).returncode == 0
            wait_until(lambda told=metric: down(told) == known(told), f"{program} is missed by all who use it", LIMIT_S)
        for alert in ("NatsDown", "DatabaseDown"):
            wait_until(lambda told=alert: prometheus.ask(f'ALERTS{{alertname="{told}", job="order"}}'), alert, LIMIT_S)
    finally:
        told = tool("run")
        assert told.returncode == 0, told.stdout + told.stderr
    wait_until(lambda: not down("db_up") and not down("nats_connected"), "both are back", LIMIT_S)
