"""What stands before the gateway: one host, all of it, by TLS."""

from conftest import faults, of, render

JOIN = [{"name": "public", "namespace": "edge", "sectionName": "https"}]


def test_nothing_stands_there_unless_wanted(objects):
    assert not of(objects, "Ingress") and not of(objects, "HTTPRoute")


def test_an_ingress_leads_the_public_host_to_the_gateways_https_port():
    made = render({"global": {"publicUrl": "https://shop.example:9443"}, "ingress": {
        "kind": "Ingress", "className": "nginx", "tlsSecret": "shop-tls",
        "annotations": {"nginx.ingress.kubernetes.io/backend-protocol": "HTTPS"}}})
    ingress = of(made, "Ingress")["gateway"]
    assert not faults([ingress], "1.34")
    assert ingress["metadata"]["annotations"] == {"nginx.ingress.kubernetes.io/backend-protocol": "HTTPS"}
    assert ingress["spec"]["ingressClassName"] == "nginx"
    assert ingress["spec"]["tls"] == [{"hosts": ["shop.example"], "secretName": "shop-tls"}]
    rule, = ingress["spec"]["rules"]
    backend = rule["http"]["paths"][0]["backend"]["service"]
    assert (rule["host"], backend) == ("shop.example", {"name": "gateway", "port": {"name": "https"}})
    assert backend["port"]["name"] in [port["name"] for port in of(made, "Service")["gateway"]["spec"]["ports"]]


def test_a_route_reaches_the_gateway_by_tls_that_is_checked():
    made = render({"ingress": {"kind": "HTTPRoute", "parents": JOIN, "authority": "serai-authority"}})
    route, policy = of(made, "HTTPRoute")["gateway"]["spec"], of(made, "BackendTLSPolicy")["gateway"]["spec"]
    assert route["parentRefs"] == JOIN and route["hostnames"] == ["localhost"]
    backend, = route["rules"][0]["backendRefs"]
    service = of(made, "Service")["gateway"]["spec"]
    assert {"name": "https", "port": backend["port"]}.items() <= next(
        port for port in service["ports"] if port["name"] == policy["targetRefs"][0]["sectionName"]).items()
    assert policy["validation"] == {"hostname": "localhost", "caCertificateRefs": [
        {"group": "", "kind": "ConfigMap", "name": "serai-authority"}]}


def test_without_an_authority_of_ones_own_it_is_everybodys():
    made = render({"ingress": {"kind": "HTTPRoute", "parents": JOIN}})
    assert of(made, "BackendTLSPolicy")["gateway"]["spec"]["validation"]["wellKnownCACertificates"] == "System"
