#!/bin/sh
# What `helm test` asks of a release without a gateway: whether each of its services is ready, one line for each answer.
#   SERVICES  the services of this release
set -u
failed=0
for service in $SERVICES; do
  # A policy that has just been made may take a moment to be in force.
  if told=$(curl --silent --show-error --fail --max-time 5 --retry 6 --retry-all-errors "http://$service:8080/ready" 2>&1); then
    echo "PASS $service is ready"
  else
    echo "FAIL $service is not ready: $told"
    failed=1
  fi
done
exit $failed
