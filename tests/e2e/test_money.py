"""The shop takes money and gives it back, once each, whatever is taken away meanwhile."""

import re
import secrets

from buyers import Buyers
from conftest import NAMESPACE, inside, kubectl, objects, prometheus, run, scale, server_pods, until
from program import CARD, DECLINED_CARD, Shopper, expect_problem, net_at_bank, new_product, side_by_side


def stock_of(shopper: Shopper, product: dict) -> int:
    return shopper.api.get(f"/api/v1/products/{product['id']}").json()["stock"]


def test_an_order_is_paid_for_and_a_cancelled_one_is_paid_back(admin, new_shopper):
    bell, shopper = new_product(admin, stock=5), new_shopper()
    assert shopper.buy(bell["id"], 2).status_code in (201, 202)
    [order] = shopper.ended_orders()
    assert order["status"] == "confirmed" and order["payment"]["last4"] == "4242"
    assert net_at_bank(admin, order["id"]) == order["total"]["amount"] == 2 * bell["price"]["amount"]
    assert stock_of(shopper, bell) == 3
    assert shopper.cancel(order["id"]).status_code in (200, 202)
    until("the order cancelled", lambda: shopper.orders()[0]["status"] == "cancelled")
    assert net_at_bank(admin, order["id"]) == 0
    until("the goods back on the shelf", lambda: stock_of(shopper, bell) == 5)


def test_a_declined_card_leaves_everything_as_it_was(admin, new_shopper):
    bell, shopper = new_product(admin, stock=5), new_shopper()
    expect_problem(shopper.buy(bell["id"], number=DECLINED_CARD), 402, "declined")
    [order] = shopper.ended_orders()
    assert order["status"] == "declined" and net_at_bank(admin, order["id"]) == 0
    until("the goods free again", lambda: stock_of(shopper, bell) == 5)


def test_one_key_is_one_order_over_two_copies(admin, new_shopper, say):
    bell, shopper, rounds = new_product(admin, stock=100), new_shopper(), 5
    scale("order", 2)
    try:
        served = 'http_server_request_duration_seconds_count{job="order",route="/v1/orders"}'

        def copies_that_answered() -> int:
            shopper.orders()
            return sum(count > 0 for count in prometheus(f"sum by (instance) ({served})").values())

        until("both copies answering", lambda: copies_that_answered() >= 2)
        codes = []
        for _ in range(rounds):
            body, key = shopper.order_of(shopper.put_in_cart(bell["id"])["total"]), secrets.token_hex(16)
            answers = side_by_side([lambda: shopper.place(body, key)] * 20)
            codes += [answer.status_code for answer in answers]
            assert len({answer.json()["id"] for answer in answers if answer.status_code in (201, 202)}) == 1
            assert {answer.status_code for answer in answers} <= {201, 202, 409}
        orders = shopper.ended_orders()
    finally:
        scale("order", 1)
    say(f"{len(codes)} requests with {rounds} keys, answered " +
        ", ".join(f"{codes.count(code)} x {code}" for code in sorted(set(codes))))
    assert [order["status"] for order in orders] == ["confirmed"] * rounds
    assert sum(net_at_bank(admin, order["id"]) for order in orders) == rounds * bell["price"]["amount"]
    assert stock_of(shopper, bell) == 100 - rounds


def lose_nats() -> None:
    """Kills NATS and everything it kept, which is in its pod, and waits for the next one."""
    before = {pod["metadata"]["uid"] for pod in objects("pods", "app.kubernetes.io/name=nats")}
    kubectl("delete", "pod", "--selector=app.kubernetes.io/name=nats", "--grace-period=0", "--force")
    until("another NATS", lambda: [
        pod for pod in objects("pods", "app.kubernetes.io/name=nats") if pod["metadata"]["uid"] not in before
        and any(state["ready"] for state in pod["status"].get("containerStatuses", []))])


def pages(service, path: str) -> list[dict]:
    """All items of one of the chassis's lists."""
    items, cursor = [], None
    while True:
        page = service.get(path, params={"limit": 100} | ({"cursor": cursor} if cursor else {}))
        assert page.status_code == 200, page.text
        items += page.json()["items"]
        if not (cursor := page.json()["next_cursor"]):
            return items


def test_nats_may_lose_all_it_has_while_orders_come_in(admin, new_shopper, say):
    bell = new_product(admin, stock=1000)
    with Buyers([new_shopper() for _ in range(3)], bell) as buyers:
        for _ in range(2):
            buyers.more(10)
            lose_nats()
        buyers.more(10)
    say(f"{buyers.bought} orders, and NATS lost everything twice")
    assert not buyers.odd
    shopper = buyers.shoppers[0]
    for order in [order for order in buyers.orders if order["status"] == "confirmed"]:
        next(one for one in buyers.shoppers if any(o["id"] == order["id"] for o in one.orders())).cancel(order["id"])
    states = {order["status"] for one in buyers.shoppers for order in one.ended_orders(120)}
    assert states == {"cancelled"}
    # Each cancellation told product, once: as many pieces are back as were sold.
    until("all goods back on the shelf", lambda: stock_of(shopper, bell) == 1000, 120)
    for service in ("user", "product", "order", "payment"):
        with inside(service) as peer:
            until(f"all events of {service} sent", lambda: all(event["sent"] for event in pages(peer, "/internal/outbox")), 60)
            assert pages(peer, "/internal/dead-letters") == []
    with inside("order") as order, inside("user") as user, inside("product") as product:
        for publisher, kind, consumer in ((order, "order.cancelled", product), (user, "user.registered", order)):
            told = {event["id"] for event in pages(publisher, "/internal/outbox") if event["type"] == kind}
            assert len(told) >= 3
            until(f"every {kind} arrived", lambda: told <= {event["id"] for event in pages(consumer, "/internal/inbox")}, 60)


def test_a_bank_that_misbehaves_is_paid_once_by_everyone(admin, new_shopper, say):
    bell = new_product(admin, stock=1000)
    faults = {"error_rate": 0.2, "drop_after_capture_rate": 0.2, "duplicate_rate": 0.2, "garbage_rate": 0.2, "seed": 7}
    assert admin.send("PUT", "/bank/v1/faults", json=faults).status_code == 200
    try:
        with Buyers([new_shopper() for _ in range(3)], bell) as buyers:
            buyers.more(15)
            assert admin.send("PUT", "/bank/v1/faults", json={}).status_code == 200
    finally:
        admin.send("PUT", "/bank/v1/faults", json={})
    say(f"{buyers.bought} orders at a bank that fails, forgets to answer, charges twice and talks nonsense")
    buyers.check_money(admin)


def test_a_killed_copy_of_each_service_costs_no_order_its_end(admin, new_shopper, say):
    bell = new_product(admin, stock=1000)
    with Buyers([new_shopper() for _ in range(3)], bell) as buyers:
        for service in ("order", "payment", "bank"):
            buyers.more(5)
            kubectl("delete", "pod", f"--selector=app.kubernetes.io/name={service},app.kubernetes.io/component=server",
                    "--grace-period=0", "--force", "--wait=false")
            kubectl("rollout", "status", f"deployment/{service}", "--timeout=120s")
        buyers.more(5)
    say(f"{buyers.bought} orders while order, payment and bank were killed; {len(buyers.odd)} refused")
    buyers.check_money(admin)


def kill_in_its_pod(service: str) -> None:
    """kill -9 of the program where it runs, and waits until the same pod has started it again."""
    [pod] = server_pods(service)
    before = pod["status"]["containerStatuses"][0]["restartCount"]
    kill = f"kill -9 $(crictl inspect --output go-template --template '{{{{.info.pid}}}}' $(crictl ps --quiet --label " \
           f"io.kubernetes.pod.name={pod['metadata']['name']}))"
    told = run("docker", "exec", pod["spec"]["nodeName"], "sh", "-c", kill)
    assert told.returncode == 0, told.stderr
    until(f"{service} started again", lambda: server_pods(service)[0]["status"]["containerStatuses"][0]["restartCount"] > before)
    kubectl("rollout", "status", f"deployment/{service}", "--timeout=120s")


def test_a_killed_program_and_a_lost_database_pod_cost_no_order_its_end(admin, new_shopper, say):
    bell = new_product(admin, stock=1000)
    with Buyers([new_shopper() for _ in range(3)], bell) as buyers:
        for service in ("product", "order"):
            buyers.more(5)
            kill_in_its_pod(service)
        for service in ("order", "payment"):
            buyers.more(5)
            kubectl("delete", "pod", f"{service}-db-0", "--grace-period=0", "--force", "--wait=false")
            kubectl("rollout", "status", f"statefulset/{service}-db", "--timeout=120s")
        buyers.more(5)
    say(f"{buyers.bought} orders while two programs were killed and two databases lost their pods; {len(buyers.odd)} refused")
    buyers.check_money(admin)


def test_no_log_has_the_number_of_a_card():
    numbers = [re.sub(" ", "[ -]?", re.sub(r"(\d{4})(?=\d)", r"\1 ", number.replace(" ", ""))) for number in (CARD, DECLINED_CARD)]
    told = re.compile("|".join(numbers))
    assert told.search("4242424242424242") and told.search(f"a {DECLINED_CARD} b")
    lines = 0
    for pod in objects("pods"):
        for previous in ([], ["--previous"]):
            log = run("kubectl", "--namespace", NAMESPACE, "logs", pod["metadata"]["name"], "--all-containers", *previous).stdout
            lines += log.count("\n")
            assert not told.search(log), pod["metadata"]["name"]
    assert lines > 100
