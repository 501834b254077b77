"""Validates every document of YAML streams in several versions of Kubernetes. Run through run.sh."""

import sys

import yaml
from kubernetes_validate import SchemaNotFoundError, ValidationError, validate

VERSIONS = [f"1.{minor}.0" for minor in range(31, 38)]


class Loader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):
    """A date stays text, as it does for kubectl."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def name_of(document):
    metadata = document.get("metadata") or {}
    return f"{document.get('apiVersion')} {document.get('kind')}/{metadata.get('name')}"


def check(document):
    """The complaints about one object, and whether some version has no schema for its kind."""
    problems, missing = [], []
    for version in VERSIONS:
        try:
            validate(document, version, strict=True)
        except ValidationError as error:
            path = ".".join(str(step) for step in error.path) or "(root)"
            problems.append((version, f"{path}: {error.message.splitlines()[0][:300]}"))
        except SchemaNotFoundError:
            missing.append(version)
    return problems, missing


def report(path, document):
    """Says what is wrong with one object: whether it is valid, and whether it was looked at."""
    if not isinstance(document, dict) or not document.get("kind") or not document.get("apiVersion"):
        print(f"{path}: invalid: a document is no object with `apiVersion` and `kind`")
        return False, True
    if document["kind"] == "Secret" and "sops" in document:
        # What a server gets, once Flux has opened it.
        document = {key: value for key, value in document.items() if key not in ("sops", "data")}
    problems, missing = check(document)
    name = name_of(document)
    if len(missing) == len(VERSIONS):
        group = document["apiVersion"].partition("/")[0]
        native = "." not in document["apiVersion"].partition("/")[0] or group.endswith(".k8s.io")
        if not native or group == "gateway.networking.k8s.io":
            print(f"{path}: skipped: {name} (custom resource)")
            return True, False
        problems = [(VERSIONS[0], "no version has this kind")]
    elif missing:
        print(f"{path}: note: {name} does not exist in {', '.join(missing)}")
    for message in dict.fromkeys(message for _, message in problems):
        versions = [version for version, said in problems if said == message]
        span = versions[0] if len(versions) == 1 else f"{versions[0]} to {versions[-1]}"
        print(f"{path}: invalid: {name}: {message} ({span})")
    return not problems, True


def main(paths):
    valid = invalid = skipped = 0
    for path in paths:
        with open(path, encoding="utf-8") as stream:
            try:
                documents = [document for document in yaml.load_all(stream, Loader) if document is not None]
            except yaml.YAMLError as error:
                print(f"{path}: invalid: not YAML: {error}")
                invalid += 1
                continue
        if not documents:
            print(f"{path}: invalid: no objects")
            invalid += 1
        for document in documents:
            good, seen = report(path, document)
            valid, invalid, skipped = valid + (good and seen), invalid + (not good), skipped + (not seen)
    versions = f"{VERSIONS[0]} to {VERSIONS[-1]}"
    print(f"{valid} valid, {invalid} invalid, {skipped} skipped; strict, Kubernetes {versions}")
    return 1 if invalid else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
