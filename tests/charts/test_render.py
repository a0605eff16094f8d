"""What the charts make when nothing is wrong."""

import base64

import pytest
import yaml
from conftest import CHART, environment, faults, helm, of, pods, render

OTHERS = ("nats", "prometheus")  # Deployments that are no service of ours


def test_helm_finds_no_fault():
    told = helm("lint", "--strict", str(CHART))
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.parametrize("version", ["1.30", "1.37"])
def test_kubernetes_knows_every_field(objects, version):
    assert not faults(objects, version)


def test_the_packed_chart_is_the_same(tmp_path):
    told = helm("package", str(CHART), "--destination", str(tmp_path))
    assert told.returncode == 0, told.stderr
    values = {"global": {"secrets": {"create": False}}}
    packed, = tmp_path.iterdir()
    assert helm("template", "serai", str(packed), values=values).stdout == helm("template", "serai", str(CHART), values=values).stdout


def test_every_image_follows_its_own_tag_or_the_common_one():
    digest = "8@sha256:" + "0123456789abcdef" * 4
    objects = render({"global": {"image": {"repository": "registry.example/shop", "tag": "7"}},
                      "product": {"image": {"tag": digest}}})
    images = {name: pod["spec"]["containers"][0]["image"] for name, pod in pods(objects).items()}
    assert images["Deployment product"] == images["Job product-seed"] == f"registry.example/shop/product:{digest}"
    assert of(objects, "Deployment")["product"]["metadata"]["labels"]["app.kubernetes.io/version"] == "8"
    assert images["Deployment user"] == "registry.example/shop/user:7"
    assert images["StatefulSet user-db"] == "registry.example/shop/postgres:7"


def test_a_new_tag_for_one_service_changes_no_other_pod():
    def templates(values):
        made = pods(render(values))
        for pod in made.values():
            pod["metadata"].get("annotations", {}).pop("checksum/database", None)  # a password made in each render
        return made

    before, after = templates({"user": {"image": {"tag": "1"}}}), templates({"user": {"image": {"tag": "2"}}})
    assert {name for name in before if before[name] != after[name]} == {"Deployment user", "Job user-seed"}


def test_replicas_are_left_to_whoever_scales(objects):
    assert not [name for name, one in of(objects, "Deployment").items()
                if "replicas" in one["spec"] and name not in OTHERS]
    assert of(render({"product": {"replicas": 3}}), "Deployment")["product"]["spec"]["replicas"] == 3
    scaled = {"product": {"replicas": 3, "autoscaling": {"enabled": True}}}
    assert "replicas" not in of(render(scaled), "Deployment")["product"]["spec"]


def test_a_disruption_budget_only_where_copies_can_be_spared(objects):
    assert not of(objects, "PodDisruptionBudget")
    budget, = of(render({"product": {"replicas": 2}}), "PodDisruptionBudget").values()
    assert budget["metadata"]["name"] == "product"
    assert (budget["spec"]["maxUnavailable"], budget["spec"]["unhealthyPodEvictionPolicy"]) == (1, "AlwaysAllow")
    assert list(of(render({"user": {"autoscaling": {"enabled": True}}}), "PodDisruptionBudget")) == ["user"]


def test_the_cluster_scales_by_itself_only_when_told(objects):
    assert not of(objects, "HorizontalPodAutoscaler")
    hpa = of(render({"user": {"autoscaling": {"enabled": True, "replicasMax": 9}}}), "HorizontalPodAutoscaler")
    assert hpa["user"]["spec"]["maxReplicas"] == 9


def test_every_pod_is_restricted(objects):
    for name, pod in pods(objects).items():
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["enableServiceLinks"] is False, name
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for container in spec["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
            }, name
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}, name
            assert "memory" in container["resources"]["limits"], name
            assert not container["image"].endswith(":latest"), name


def test_every_server_has_its_probes_and_time_to_stop(objects, values):
    for name, deployment in of(objects, "Deployment").items():
        if name in OTHERS:
            continue
        pod = deployment["spec"]["template"]["spec"]
        container = pod["containers"][0]
        assert container["startupProbe"]["httpGet"]["path"] == "/health", name
        assert container["readinessProbe"]["httpGet"]["path"] == "/ready", name
        assert container["livenessProbe"]["httpGet"]["path"] == "/health", name
        drain_ms = int(next(e["value"] for e in container["env"] if e["name"] == "DRAIN_MS"))
        assert pod["terminationGracePeriodSeconds"] * 1000 > drain_ms + 10_000, name
        assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}, name


def test_the_call_graph_makes_the_addresses(objects, values):
    for caller, called in values["global"]["calls"].items():
        container = of(objects, "Deployment")[caller]["spec"]["template"]["spec"]["containers"][0]
        env = {e["name"]: e["value"] for e in container["env"]}
        if (values[caller] or {}).get("balances"):
            expected = {f"{one.upper()}_ADDRESS": f"{one}-pods.serai.svc.cluster.local:8080" for one in called}
        else:
            expected = {f"{one.upper()}_URL": f"http://{one}-pods:8080" for one in called}
        own = ("PUBLIC_URL", f"{caller.upper()}_URL")  # where people reach the site, where a command reaches its service
        given = {name: value for name, value in env.items()
                 if name.endswith(("_URL", "_ADDRESS")) and name not in own}
        assert given == expected, caller


def test_one_service_installs_alone(values):
    objects = render({"tags": {"all": False}, "product": {"enabled": True}}, name="product")
    assert set(of(objects, "Deployment")) == {"product"}
    assert set(of(objects, "StatefulSet")) == {"product-db"}
    assert set(of(objects, "NetworkPolicy")) == {"product", "product-db", "product-seed", "product-test"}
    together = render()
    for kind, name in [("Service", "product"), ("NetworkPolicy", "product"), ("NetworkPolicy", "product-db")]:
        assert of(objects, kind)[name]["spec"] == of(together, kind)[name]["spec"]


@pytest.mark.parametrize(("system", "others"), [
    ("shop", set()),
    ("hotel", {"product", "order"}),
    ("social", {"product", "order", "payment", "bank"}),
])
def test_a_system_is_chosen_by_its_tag_and_comes_whole(system, others, objects, values):
    chosen = render({"tags": {"all": False, system: True}})
    assert set(of(chosen, "Deployment")) == set(of(objects, "Deployment")) - others
    assert set(of(chosen, "CronJob")) == set(of(objects, "CronJob"))


def test_one_service_can_be_left_out():
    objects = render({"frontend": {"enabled": False}})
    assert "frontend" not in of(objects, "Deployment")
    assert "gateway" in of(objects, "Deployment")


def test_every_service_is_scraped_one_pod_at_a_time(objects, values):
    text = of(objects, "ConfigMap")["prometheus"]["data"]["prometheus.yml"]
    jobs = {job["job_name"]: job for job in yaml.safe_load(text)["scrape_configs"]}
    for name in values["global"]["calls"]:
        discovery = jobs[name]["dns_sd_configs"][0]
        service = of(objects, "Service")[f"{name}-all"]["spec"]
        assert discovery["names"] == [f"{name}-all.serai.svc.cluster.local"]
        assert discovery["type"] == "A"
        assert discovery["port"] == service["ports"][0]["port"]
        assert service["clusterIP"] == "None" and service["publishNotReadyAddresses"] is True


def test_a_database_for_each_service_with_data_and_for_no_other(objects, values):
    owners = {name for name in values["global"]["calls"] if values[name].get("database", {}).get("enabled", True)}
    assert {"user", "product"} <= owners and not {"gateway", "frontend"} & owners
    assert set(of(objects, "StatefulSet")) == {f"{name}-db" for name in owners}


def test_existing_secrets_are_used_by_name():
    objects = render({"global": {"secrets": {"create": False, "signingKeys": "mine", "internalToken": "ours"}}})
    assert not of(objects, "Secret")
    volumes = of(objects, "Deployment")["user"]["spec"]["template"]["spec"]["volumes"]
    assert {v["secret"]["secretName"] for v in volumes} == {"mine", "ours", "user-db", "serai-nats"}


def test_nats_comes_with_the_services_that_need_it(objects):
    assert "nats" in of(objects, "Deployment") and "nats" in of(objects, "NetworkPolicy")
    assert "nats" in of(render({"tags": {"all": False, "shop": True}}), "Deployment")
    assert "nats" not in of(render({"tags": {"all": False}, "product": {"enabled": True}}), "Deployment")
    with_a_volume = render({"nats": {"storage": "1Gi"}})
    assert "nats" in of(with_a_volume, "PersistentVolumeClaim") and "nats" not in of(objects, "PersistentVolumeClaim")


def test_a_service_with_events_and_no_other_learns_where_nats_is(objects, values):
    for name in values["global"]["calls"]:
        knows = environment(objects, "Deployment", name).get("NATS_URL_FILE") == "/run/secrets/nats/url"
        mounts = [v for v in of(objects, "Deployment")[name]["spec"]["template"]["spec"]["volumes"] if v["name"] == "nats"]
        assert knows == bool(mounts) == (name in values["global"]["events"]), name
        for volume in mounts:
            assert volume["secret"] == {"secretName": "serai-nats", "items": [{"key": "url", "path": "url"}], "defaultMode": 0o440}


def test_the_password_of_nats_is_in_its_secret_and_nowhere_else(objects):
    secret = {key: base64.b64decode(value).decode() for key, value in of(objects, "Secret")["serai-nats"]["data"].items()}
    assert secret["url"] == f"nats://{secret['user']}:{secret['password']}@nats.serai.svc.cluster.local:4222"
    assert len(secret["password"]) >= 32
    others = [one for one in objects if one["metadata"]["name"] != "serai-nats"]
    assert secret["password"] not in yaml.safe_dump_all(others)


def test_nats_may_be_somebody_elses():
    objects = render({"nats": {"enabled": False}, "global": {
        "secrets": {"nats": "their-nats"},
        "nats": {"port": 4223, "peer": {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "nats"}}}}}})
    assert "nats" not in of(objects, "Deployment")
    volumes = of(objects, "Deployment")["product"]["spec"]["template"]["spec"]["volumes"]
    assert "their-nats" in [v["secret"]["secretName"] for v in volumes]
    rule = {"to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "nats"}}}], "ports": [{"port": 4223}]}
    assert rule in of(objects, "NetworkPolicy")["product"]["spec"]["egress"]


def test_a_database_may_belong_to_a_role_that_the_service_is_not():
    objects = render({"product": {"database": {"owner": True}}})
    secret = of(objects, "Secret")["product-db"]["stringData"]
    assert (secret["username"], secret["owner_username"]) == ("product", "product_owner")
    assert len({secret["password"], secret["owner_password"]}) == 2 and secret["owner_password"] not in secret["url"]
    files = {"DATABASE_OWNER_USER_FILE": "/run/secrets/database/owner_username",
             "DATABASE_OWNER_PASSWORD_FILE": "/run/secrets/database/owner_password"}
    assert files.items() <= environment(objects, "Deployment", "product").items()
    assert files.items() <= environment(objects, "Job", "product-seed").items()
    server = environment(objects, "StatefulSet", "product-db")
    assert {name: server[name] for name in server if "USER" in name or "PASSWORD" in name} == {
        "POSTGRES_USER": "product_owner", "POSTGRES_PASSWORD_FILE": "/run/secrets/database/owner_password",
        "POSTGRES_SERVICE_USER": "product", "POSTGRES_SERVICE_PASSWORD_FILE": "/run/secrets/database/password"}


def test_official_images_take_the_place_of_ours():
    """They run as whom they are told, write where a volume is, and know PostgreSQL's superuser by POSTGRES_USER alone."""
    official = {"postgres": "postgres:15", "prometheus": "prom/prometheus:v2.53.0", "nats": "nats:2", "test": "curlimages/curl:8.9.1"}
    objects = render({"global": {"images": official}})
    found = {pod["spec"]["containers"][0]["image"] for name, pod in pods(objects).items()
             if name.startswith("StatefulSet") or name in ("Deployment nats", "Deployment prometheus", "Pod serai-test")}
    assert found == set(official.values())
    for name, one in of(objects, "StatefulSet").items():
        spec = one["spec"]["template"]["spec"]
        [server] = spec["containers"]
        user = environment(objects, "StatefulSet", name)["POSTGRES_USER"]
        assert "command" not in server and all(f"--username={user}" in server[probe]["exec"]["command"]
                                               for probe in ("startupProbe", "readinessProbe"))
        assert {"/var/lib/postgresql/data", "/run/postgresql", "/tmp"} <= {mount["mountPath"] for mount in server["volumeMounts"]}
    script = of(objects, "ConfigMap")["payment-db"]["data"]["service-role.sh"]
    assert "CREATE ROLE" in script
    [volume] = [one for one in of(objects, "StatefulSet")["payment-db"]["spec"]["template"]["spec"]["volumes"] if "configMap" in one]
    assert volume["configMap"] == {"name": "payment-db", "defaultMode": 0o555}


def test_nobody_else_has_such_a_role(objects, values):
    for name in of(objects, "StatefulSet"):
        if not (values[name.removesuffix("-db")] or {}).get("database", {}).get("owner"):
            assert "owner" not in yaml.safe_dump(of(objects, "Secret")[name]), name
            assert not [one for one in environment(objects, "StatefulSet", name) if "SERVICE" in one], name
            assert name not in of(objects, "ConfigMap"), name


def test_a_third_party_outside_takes_the_place_of_a_service():
    bank = {"url": "https://api.bank.example", "cidr": "203.0.113.0/24", "callers": ["payment"]}
    objects = render({"global": {"calls": {"user": ["bank"]}, "outside": {"bank": bank}}, "bank": {"enabled": False}})
    assert "bank" not in of(objects, "Deployment")
    assert environment(objects, "Deployment", "payment")["BANK_URL"] == "https://api.bank.example"
    for other in ("user", "gateway"):
        assert not [one for one in environment(objects, "Deployment", other) if one.startswith("BANK_")]
    ways = {name: [rule for rule in policy["spec"]["egress"] if "to" in rule]
            for name, policy in of(objects, "NetworkPolicy").items()}
    assert {"to": [{"ipBlock": {"cidr": "203.0.113.0/24"}}], "ports": [{"port": 443}]} in ways["payment"]
    for name, rules in ways.items():
        assert "bank" not in yaml.safe_dump(rules) and ("ipBlock" in yaml.safe_dump(rules)) == (name == "payment"), name


def test_payment_and_the_bank_know_each_other_by_one_key(objects):
    for name, setting in (("payment", "BANK_KEY_FILE"), ("bank", "MERCHANT_KEY_FILE")):
        assert environment(objects, "Deployment", name)[setting] == "/run/secrets/bank/key"
        volumes = of(objects, "Deployment")[name]["spec"]["template"]["spec"]["volumes"]
        assert [v["secret"]["secretName"] for v in volumes if v["name"] == "key"] == ["serai-bank-key"]
    assert environment(objects, "Deployment", "bank")["FAULTS"] == "off"
    assert len(base64.b64decode(of(objects, "Secret")["serai-bank-key"]["data"]["key"])) >= 32


def test_the_legal_record_is_not_payments_own(objects):
    assert of(objects, "Secret")["payment-db"]["stringData"]["owner_username"] == "payment_owner"


def test_no_demo_data_unless_wanted(objects, values):
    has_some = {name for name in values["global"]["calls"] if (values[name] or {}).get("seed")}
    assert set(of(objects, "Job")) == {f"{name}-seed" for name in has_some} and "product" in has_some
    assert {name for name in of(objects, "NetworkPolicy") if name.endswith("-seed")} == {f"{name}-seed" for name in has_some}
    assert not of(render({"global": {"demo": "none"}}), "Job")
    container = pods(render({"global": {"demo": "large"}}))["Job product-seed"]["spec"]["containers"][0]
    assert container["args"] == ["seed", "--size", "large"]


def test_a_command_may_run_at_times():
    objects = render({"product": {"cron": {"args": ["check"], "schedule": "0 * * * *"}}})
    spec = of(objects, "CronJob")["product"]["spec"]
    assert spec["schedule"] == "0 * * * *" and spec["concurrencyPolicy"] == "Forbid"
    made = pods(objects)
    for name in ("CronJob product", "Pod product-test"):
        assert made[name]["spec"]["containers"][0]["args"] == ["check"] and made[name]["spec"]["restartPolicy"] == "Never"
    assert of(objects, "Pod")["product-test"]["metadata"]["annotations"]["helm.sh/hook"] == "test"
