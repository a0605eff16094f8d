"""One service gets another version and nobody notices, the other pods least of all."""

from conftest import Load, installed_values, lasting_pods, tag_in_cluster, until, upgrade

PATHS = ["/api/v1/products?limit=5", "/", "/shop", "/api/v1/categories"]


def uids() -> dict[str, str]:
    """The pods that stay, as the UID of each and the object it belongs to."""
    return {pod["metadata"]["uid"]: name.rsplit("-", 2 if "ReplicaSet" in str(pod["metadata"]["ownerReferences"]) else 1)[0]
            for name, pod in lasting_pods().items()}


def test_another_image_of_one_service_replaces_its_pod_alone(trust, say):
    tag, before = installed_values()["product"]["image"]["tag"], uids()
    tag_in_cluster(f"serai/product:{tag}", "next")
    try:
        with Load(trust, PATHS, rate=60) as load:
            load.more(60)
            upgrade('product.image.tag="next"')
            until("one pod of product", lambda: sorted(uids().values()) == sorted(before.values()))
            load.more(120)
        after = uids()
    finally:
        upgrade(f'product.image.tag="{tag}"')
    say(f"{load.answered} requests answered, {len(load.failed)} failed; {len(set(before) & set(after))} of {len(before)} pods stayed")
    assert load.failed == []
    assert [before[uid] for uid in set(before) - set(after)] == ["product"]
