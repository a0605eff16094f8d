"""The files hold prefixes, classes of authentication and limits, and nothing that a shop or a hotel decides."""

import re

import pytest
from harness import GATEWAY

CLASSES = {"required", "optional", "none"}
LIMITS = {"guess", "costly"}
METHODS = {"ANY", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
PREFIX = r"/(?:[a-z0-9.-]+/)*\|?"

# The domain's own words. None may appear outside the maps, where they are names in prefixes.
DOMAIN = """
    account amount author avatar basket board book buy cancel card cart catalogue categor checkout city comment
    currency customer discount email erasure feed follow friend handle hold hotel invoice keeper like mail member
    money night order owner password pay post price profile purchase quantity rating receipt refund reserv
    review room sale search seller ship sign-up sign-in stay stock tag tax timeline visit
""".split()

# Everything a rule may look at. A body, a query or a field of a form is not among it.
LOOKS_AT = """
    base date bool int str uuid src method path pathq path_end rand var stopping status
    url req.hdr req.hdr_ip req.fhdr req.fhdr_cnt req.hdrs req.cook req.cook_cnt req.body_size res.hdr
    sc_http_req_cnt fc_err_str nbsrv
""".split()


def rows(name):
    lines = (GATEWAY / name).read_text().splitlines()
    return [line.split(None, 1) for line in lines if line.strip() and not line.startswith("#")]


def config():
    """haproxy.cfg without comments and without the words of its sections' names."""
    text = (GATEWAY / "haproxy.cfg").read_text()
    return "\n".join(line for line in text.splitlines() if not line.strip().startswith("#"))


def services():
    return set(re.findall(r"^backend (\w+) from service$", config(), re.M))


def test_routes_are_prefixes_and_services():
    for prefix, service in rows("routes.map"):
        assert re.fullmatch(PREFIX, prefix)
        assert service in services() | {"none"}
    assert {service for _, service in rows("routes.map")} - {"none"} == services()


@pytest.mark.parametrize("name, values", [("classes.map", CLASSES), ("limits.map", LIMITS)])
def test_classes_and_limits_are_of_prefixes(name, values):
    for key, value in rows(name):
        method, prefix = key.split(":", 1)
        assert method in METHODS and re.fullmatch(PREFIX, prefix) and value in values, key
    keys = [key for key, _ in rows(name)]
    assert len(keys) == len(set(keys))


def test_every_rule_of_a_map_is_about_a_routed_prefix():
    routed = [prefix for prefix, service in rows("routes.map") if service != "none"]
    for name in ("classes.map", "limits.map"):
        for key, _ in rows(name):
            prefix = key.split(":", 1)[1].rstrip("|")
            assert any(prefix.startswith(each) for each in routed), key


def test_what_is_cut_off_is_one_segment_and_a_prefix():
    for prefix, cut in rows("programs.map"):
        assert re.fullmatch("/[a-z]+/", prefix) and prefix == f"{cut}/"
        # Beside the frontend, which has every other path.
        assert [prefix, "none"] in rows("routes.map")


def test_every_api_prefix_has_a_class():
    classes = [key.split(":", 1)[1].rstrip("|") for key, _ in rows("classes.map")]
    for prefix, _ in rows("routes.map"):
        assert any(prefix.startswith(each) for each in classes), prefix


def test_a_service_is_two_settings_and_one_template():
    blocks = re.findall(r"^backend (\w+) from service\n((?:    .*\n?)+)", config(), re.M)
    assert {name for name, _ in blocks} == services()
    for name, block in blocks:
        upper = name.upper()
        assert block.split() == f'server-template {name}- "1-${{{upper}_SLOTS}}" "${{{upper}_ADDRESS}}"'.split()


def test_the_configuration_names_no_path_of_a_service():
    paths = set(re.findall(r"(?<![\w.<])/[a-z][\w/.-]*", re.sub(r"presetenv .*", "", config())))
    assert paths <= {"/ready", "/health", "/metrics", "/problem"} | {
        word for word in paths if word in ("/json", "/plain", "/html", "/1.1")
    }


def test_the_configuration_has_no_word_of_the_domain():
    text = config().lower()
    for name in services():
        text = re.sub(rf"\b{name}(_address|_slots|-|\b)", "", text)
    words = set(re.findall(r"[a-z]+(?:-[a-z]+)*", text))
    allowed = {"hold", "post", "authorization", "payload"}
    found = {word for word in words - allowed for each in DOMAIN if re.match(each, word)}
    assert found == set()


def test_rules_look_at_the_envelope_only():
    fetches = re.findall(r"(?:\{ |%\[|set-var\([\w.]+\) |^    acl \w+ )([a-z][\w.]*)", config(), re.M)
    assert len(fetches) > 100
    assert set(fetches) - set(LOOKS_AT) - {"if", "unless"} == set()


def test_claims_are_compared_with_settings_only():
    claims = set(re.findall(r"jwt_payload_query\('\$\.(\w+)'", config()))
    assert claims == {"exp", "iat", "nbf", "iss", "aud", "sub", "jti", "roles"}
    # Roles are passed on; which role may do what is each service's decision.
    assert not re.search(r"roles\) -m (str|sub|word)", config())
    assert "admin" not in config()


def test_no_script_runs_inside():
    assert not re.search(r"\b(lua|spoe|external-check|use-fcgi|program)\b", config())
