#!/usr/bin/env python3
"""Times bulk requests of 1,000 creates each, and shows the server's memory before and after. Standard library only.

usage: bulk.py BASE TOKEN PID [REQUESTS]
"""
import json
import sys
import time
import urllib.request

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
OPERATIONS = 1000


def create(run, i, circle):
    """One POST; in a circle everybody is the manager of somebody else."""
    name = f"bulk-{run}-{i}@contoso.test"
    manager = f"bulkId:u{(i + 1) % OPERATIONS}" if circle else "26118915-6090-4610-87e4-49d8ca9f808d"
    return {"method": "POST", "path": "/Users", "bulkId": f"u{i}", "data": {
        "schemas": [USER, ENTERPRISE], "userName": name, "externalId": f"bulk-{run}-{i}", "displayName": f"User {i}",
        "name": {"givenName": "Given", "familyName": f"Family {i}", "formatted": f"Given Family {i}"},
        "emails": [{"type": "work", "value": name, "primary": True}], "title": "Engineer", "active": True,
        ENTERPRISE: {"department": "Research", "employeeNumber": str(i), "manager": {"value": manager}}}}


def memory(pid):
    with open(f"/proc/{pid}/status") as status:
        return {key: value.strip() for key, _, value in (line.partition(":") for line in status)
                if key in ("VmHWM", "VmRSS")}


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    base, token, pid = sys.argv[1:4]
    runs = int(sys.argv[4]) if len(sys.argv) > 4 else 10
    print("before", memory(pid))
    for run in range(runs):
        circle = run == runs - 1
        operations = [create(f"{time.time_ns()}-{run}", i, circle) for i in range(OPERATIONS)]
        body = json.dumps({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
                           "Operations": operations}).encode()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"}
        started = time.monotonic()
        with urllib.request.urlopen(urllib.request.Request(f"{base}/Bulk", body, headers)) as answer:
            answered = json.load(answer)["Operations"]
        seconds = time.monotonic() - started
        statuses = {operation["status"] for operation in answered}
        assert statuses == {"201"} and len(answered) == OPERATIONS, statuses
        print(f"{seconds:.3f} s, {len(body):,} bytes{', one circle' if circle else ''}")
    print("after ", memory(pid))


main()
