"""A refusal that could be made before the request's body is here."""

import collections
import subprocess


def test_a_refusal_reaches_a_client_that_still_sends(site):
    """HAProxy resets a stream (CANCEL) whose answer was ready first, and curl then drops the answer."""
    command = ["curl", "--silent", "--insecure", "--http2", "--output", "/dev/null", "--write-out", "%{http_code}",
               "--header", "Content-Type: application/json", "--data", "{}", f"{site.gateway.url}/api/v1/products"]
    statuses = collections.Counter(subprocess.run(command, capture_output=True, text=True, timeout=20).stdout
                                   for _ in range(60))
    assert statuses == {"401": 60}
