"""Services are found by DNS in a cluster: see names.py."""

import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def test_pods_come_and_go_by_dns(tmp_path):
    (tmp_path / "resolv.conf").write_text("nameserver 127.0.0.1\n")
    script = 'ip link set lo up && mount --bind "$1/resolv.conf" /etc/resolv.conf && exec "$2" "$3/names.py" "$1/site"'
    enter = ["unshare", "--net", "--mount"] + (["--user", "--map-root-user"] if os.geteuid() else [])
    done = subprocess.run(
        [*enter, "sh", "-c", script, "sh", tmp_path, sys.executable, HERE],
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
