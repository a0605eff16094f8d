"""The port of probes and metrics, which no visitor reaches."""

import httpx
import pytest


def ask(site, path):
    return httpx.get(f"http://127.0.0.1:{site.gateway.metrics_port}{path}")


def test_prometheus_can_scrape(site):
    site.client.get("/")
    text = ask(site, "/metrics").text
    for name in ("haproxy_process_", "haproxy_frontend_http_responses_total", "haproxy_backend_response_time"):
        assert name in text
    assert 'proxy="product"' in text


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_probes_are_answered(site, path):
    assert ask(site, path).status_code == 200


@pytest.mark.parametrize("path", ["/", "/stats", "/haproxy?stats", "/admin", "/metrics/x"])
def test_nothing_else_is_shown(site, path):
    assert ask(site, path).status_code == 404
