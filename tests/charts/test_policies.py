"""The network policies are the call graph, both ways, and nothing more."""

from conftest import of, pods, render

DNS = {(53, "UDP"), (53, "TCP")}


def selects(selector: dict, labels: dict) -> bool:
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())


class Network:
    """Which pod may open a connection to which, as Kubernetes reads the policies: what no policy selects is
    open, and a connection passes when the sender's policies let it out and the receiver's let it in."""

    def __init__(self, objects: list[dict]):
        self.policies = [policy["spec"] for policy in of(objects, "NetworkPolicy").values()]
        self.labels = {name: pod["metadata"].get("labels", {}) for name, pod in pods(objects).items()}

    def allows(self, kind: str, side: str, mine: dict, theirs: dict | None, port: int) -> bool:
        policies = [p for p in self.policies if kind in p["policyTypes"] and selects(p["podSelector"], mine)]
        rules = [rule for policy in policies for rule in policy.get(kind.lower(), [])]
        return not policies or any(
            (side not in rule or (theirs is not None
                                  and any(selects(peer["podSelector"], theirs) for peer in rule[side])))
            and any(one["port"] == port for one in rule["ports"])
            for rule in rules)

    def reaches(self, sender: dict | None, receiver: str, port: int) -> bool:
        """Whether pods with the sender's labels (None: from outside the namespace) reach the receiver."""
        theirs = self.labels[receiver]
        out = sender is None or self.allows("Egress", "to", sender, theirs, port)
        return out and self.allows("Ingress", "from", theirs, sender, port)


def test_a_service_is_reached_by_its_callers_and_by_no_other(objects, values):
    network, calls = Network(objects), values["global"]["calls"]
    for called in calls.keys() - {"gateway"}:
        for name, labels in network.labels.items():
            allowed = name in {f"Deployment {caller}" for caller, those in calls.items() if called in those}
            allowed = allowed or name in ("Deployment prometheus", f"CronJob {called}", f"Pod {called}-test")
            if name != f"Deployment {called}":
                assert network.reaches(labels, f"Deployment {called}", 8080) is allowed, f"{name} -> {called}"


def test_nats_is_reached_by_the_services_with_events_and_by_no_other(objects, values):
    network = Network(objects)
    for name, labels in network.labels.items():
        if name != "Deployment nats":
            allowed = name.removeprefix("Deployment ") in values["global"]["events"]
            assert network.reaches(labels, "Deployment nats", 4222) is allowed, name
            assert not network.reaches(labels, "Deployment nats", 8222), name
    nats = network.labels["Deployment nats"]
    assert not [name for name in network.labels if network.reaches(nats, name, 8080) or network.reaches(nats, name, 5432)]


def test_a_database_is_reached_by_its_own_service_alone(objects):
    network = Network(objects)
    for owner in [name.removesuffix("-db") for name in of(objects, "StatefulSet")]:
        for name, labels in network.labels.items():
            allowed = name in (f"Deployment {owner}", f"Job {owner}-seed")
            if name != f"StatefulSet {owner}-db":
                assert network.reaches(labels, f"StatefulSet {owner}-db", 5432) is allowed, f"{name} -> {owner}-db"


def test_a_pod_that_nobody_listed_reaches_only_the_gateway_and_the_prometheus_pages(objects):
    network = Network(objects)
    for stranger in ({}, None):
        reached = {(name, port) for name in network.labels for port in (4222, 5432, 8080, 8222, 8404, 8443, 9090)
                   if "Pod" not in name and "Job" not in name and network.reaches(stranger, name, port)}
        assert reached == {("Deployment gateway", 8080), ("Deployment gateway", 8443), ("Deployment prometheus", 9090)}


def test_everything_that_stays_is_closed_both_ways(objects):
    network = Network(objects)
    for name, labels in network.labels.items():
        if name.startswith(("Deployment", "StatefulSet", "Job", "CronJob")):
            for kind in ("Ingress", "Egress"):
                assert any(selects(policy["podSelector"], labels) and kind in policy["policyTypes"]
                           for policy in network.policies), f"{name}: {kind}"


def test_names_are_looked_up_by_both_protocols(objects, values):
    policies = of(objects, "NetworkPolicy")
    for name in values["global"]["calls"]:
        ports = {(one["port"], one.get("protocol", "TCP"))
                 for rule in policies[name]["spec"]["egress"] if "to" not in rule for one in rule["ports"]}
        assert ports == DNS, name


def test_a_new_line_in_the_graph_opens_that_way_and_no_other(values):
    before = Network(render())
    after = Network(render({"global": {"calls": {"product": ["user"]}}}))
    product = before.labels["Deployment product"]
    assert not before.reaches(product, "Deployment user", 8080)
    assert after.reaches(product, "Deployment user", 8080)
    assert not after.reaches(product, "Deployment frontend", 8080)


def test_a_command_reaches_its_own_service_alone():
    network = Network(render({"product": {"cron": {"args": ["check"]}}}))
    for job in ("CronJob product", "Pod product-test"):
        labels = network.labels[job]
        reached = {name for name in network.labels for port in (4222, 5432, 8080, 9090)
                   if name not in ("CronJob product", "Pod product-test", "Deployment gateway", "Deployment prometheus")
                   and "Pod" not in name and network.reaches(labels, name, port)}
        assert reached == {"Deployment product"}, job
        assert not network.reaches(network.labels["Deployment user"], job, 8080)


def test_the_gateway_may_be_open_to_the_one_before_it_alone():
    edge = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress-nginx"}}}
    rules = of(render({"gateway": {"openTo": [edge]}}), "NetworkPolicy")["gateway"]["spec"]["ingress"]
    mine = [rule for rule in rules if {"port": 8443} in rule["ports"]]
    assert [rule["from"] for rule in mine] == [[edge, {"podSelector": {"matchLabels": {"app.kubernetes.io/name": "test"}}}]]


def test_prometheus_without_a_node_port_is_closed():
    network = Network(render({"prometheus": {"nodePort": 0}}))
    assert not network.reaches({}, "Deployment prometheus", 9090)
