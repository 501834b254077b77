//! Redis as rendered: what the server is told, what its probes answer, what it keeps.

use crate::kubelet::{Network, Pod, Stream};

fn store(more: &str) -> Stream {
    Stream::render(&format!("redis:\n  cache: {{image: \"redis:7-alpine\"{more}}}\n"), &[])
}

#[test]
fn up() {
    let network = Network::new();
    let stream = store("");
    let pod = Pod::new(&stream, &network, "cache");
    let mut redis = pod.start("redis");
    redis.wait_started(10);
    assert_eq!(redis.probes(), [true, true, true]);
    assert_eq!(redis.says(&["redis-cli", "set", "a", "1"]), "OK");
    assert_eq!(redis.stop(20), Some(0));
}
