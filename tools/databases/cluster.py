"""The databases that an installation of the charts runs on a cluster, by way of kubectl."""

import json
import shutil
import subprocess
from typing import BinaryIO

from local.settings import Trouble

# `kubectl exec` does not come back from a program that ended with some 100 kB of its input unread: what is left is read here.
READ_ALL = '"$@"; code=$?; sed d; exit $code'


class Cluster:
    def __init__(self, context: str, namespace: str):
        if not shutil.which("kubectl"):
            raise Trouble("kubectl is not on the path")
        self._kubectl = ["kubectl", "--context", context, "--namespace", namespace]
        self._superusers: dict[str, str] = {}
        self.audit = f"{' '.join(self._kubectl)} create job audit-now --from=cronjob/audit"

    def services(self) -> list[str]:
        """Those whose database runs here; one that is kept elsewhere is backed up there."""
        found = json.loads(self._told("get", "statefulsets", "--selector", "app.kubernetes.io/component=database",
                                      "--output", "json"))["items"]
        return sorted(one["metadata"]["labels"]["app.kubernetes.io/name"] for one in found)

    def client(self, service: str, program: str, *words: str, stdin: BinaryIO | int = subprocess.DEVNULL,
               stdout: BinaryIO | int = subprocess.PIPE, text: str | None = None) -> subprocess.CompletedProcess:
        """Runs a program of PostgreSQL as the superuser, in the pod of the service's database."""
        if service not in self._superusers:
            self._superusers[service] = self._superuser(service)
        given = {"input": text.encode()} if text is not None else {"stdin": stdin}
        return subprocess.run([*self._inside(service), "sh", "-c", READ_ALL, "sh",
                               program, f"--username={self._superusers[service]}", *words],
                              stdout=stdout, stderr=subprocess.PIPE, **given)

    def stop(self, names: list[str]) -> dict[str, int]:
        """Takes every pod of these services away and returns how many copies each had."""
        copies = {name: int(self._told("get", f"deployment/{name}", "--output", "jsonpath={.spec.replicas}"))
                  for name in names}
        try:
            for name in names:
                self._told("scale", f"deployment/{name}", "--replicas=0")
            for name in names:
                selector = f"app.kubernetes.io/name={name},app.kubernetes.io/component=server"
                if self._told("get", "pods", "--selector", selector, "--output", "name"):
                    self._told("wait", "pods", "--selector", selector, "--for=delete", "--timeout=120s")
        except Trouble:
            self.start(copies)
            raise
        return copies

    def start(self, stopped: dict[str, int]) -> None:
        """Returns once they are ready, as many as there were."""
        for name, copies in stopped.items():
            self._told("scale", f"deployment/{name}", f"--replicas={copies}")
        for name in stopped:
            self._told("rollout", "status", f"deployment/{name}", "--timeout=180s")

    def forget_messages(self) -> str:
        """Empties NATS where its messages go with its pod. Returns what is left for a person to do."""
        pods = json.loads(self._told("get", "pods", "--selector", "app.kubernetes.io/name=nats", "--output", "json"))["items"]
        if not pods or any("persistentVolumeClaim" in volume for pod in pods for volume in pod["spec"]["volumes"]):
            return "NATS still has what was told after the backup: delete its stream `serai`, and it is made anew"
        self._told("delete", "pods", "--selector", "app.kubernetes.io/name=nats")
        self._told("rollout", "status", "deployment/nats", "--timeout=120s")
        return ""

    def _told(self, *words: str) -> str:
        done = subprocess.run([*self._kubectl, *words], capture_output=True, text=True)
        if done.returncode:
            raise Trouble(f"kubectl {' '.join(words)}: {done.stderr.strip()}")
        return done.stdout.strip()

    def _inside(self, service: str) -> list[str]:
        return [*self._kubectl, "exec", "--stdin", f"{service}-db-0", "--container", "postgres", "--"]

    def _superuser(self, service: str) -> str:
        """Whom the database takes from inside its pod: postgres in our image, in the official one whom it was made for."""
        asked = subprocess.run([*self._inside(service), "sh", "-c",
                                'psql -U postgres -d postgres -c "" >/dev/null 2>&1 && echo postgres || echo "$POSTGRES_USER"'],
                               capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if asked.returncode or not asked.stdout.strip():
            raise Trouble(f"the database of {service} does not answer: {asked.stderr.strip()}")
        return asked.stdout.strip()
