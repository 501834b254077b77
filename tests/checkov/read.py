"""Runs checkov over files, and prints each failed check in a line: FILE CHECK KIND NAME."""

import json
import subprocess
import sys

files = [word for path in sys.argv[1:] for word in ("--file", path)]
done = subprocess.run(
    ["checkov", *files, "--framework", "kubernetes", "--output", "json", "--compact", "--skip-download"],
    stdout=subprocess.PIPE,
)
said = json.loads(done.stdout)
passed = 0
for report in said if isinstance(said, list) else [said]:
    passed += report["summary"]["passed"]
    for failed in report["results"]["failed_checks"]:
        kind, _, rest = failed["resource"].partition(".")
        # NAMESPACE.NAME, and of a pod of a workload its labels behind.
        print(failed["file_abs_path"], failed["check_id"], kind, rest.split(".")[1])
print(f"{passed} passed", file=sys.stderr)
sys.exit(0 if passed else 2)
