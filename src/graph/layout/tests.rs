//! On graphs at random: nothing overlaps, every edge touches its nodes, everything is on the page, in a bounded time.

use super::{Frame, Layout, Link, Point, Size, of};

/// Knuth's generator: the same graphs on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % most.max(1)
    }
}

fn graph(random: &mut Random, nodes: usize, links: usize) -> (Vec<Size>, Vec<Link>) {
    let mut size = |least: usize, most: usize| (least + random.below(most)) as f64;
    let sizes = (0..nodes).map(|_| Size { width: size(60, 180), height: size(40, 60) }).collect();
    let mut out = Vec::new();
    for _ in 0..links {
        let (from, to) = (random.below(nodes), random.below(nodes));
        let label = Size { width: (20 + random.below(120)) as f64, height: (14 + random.below(40)) as f64 };
        if from != to {
            out.push(Link { from, to, label });
        }
    }
    (sizes, out)
}

const EPSILON: f64 = 0.001;

fn apart(a: &Frame, b: &Frame) -> bool {
    let beside = a.at.x + a.size.width <= b.at.x + EPSILON || b.at.x + b.size.width <= a.at.x + EPSILON;
    let below = a.at.y + a.size.height <= b.at.y + EPSILON || b.at.y + b.size.height <= a.at.y + EPSILON;
    beside || below
}

fn label(link: &Link, middle: Point) -> Frame {
    let at = Point { x: middle.x - link.label.width / 2.0, y: middle.y - link.label.height / 2.0 };
    Frame { at, size: link.label }
}

/// The end stands on the left or right side of the node.
fn touches(node: &Frame, end: Point) -> bool {
    let beside = (end.x - node.at.x).abs() < EPSILON || (end.x - node.at.x - node.size.width).abs() < EPSILON;
    beside && end.y >= node.at.y && end.y <= node.at.y + node.size.height
}

fn inside(layout: &Layout, frame: &Frame) -> bool {
    let (x, y) = (frame.at.x, frame.at.y);
    x >= -EPSILON
        && y >= -EPSILON
        && x + frame.size.width <= layout.size.width + EPSILON
        && y + frame.size.height <= layout.size.height + EPSILON
}

/// Points along a route, the curves as they are drawn.
fn drawn(points: &[Point]) -> Vec<Point> {
    let mut out = Vec::new();
    for (index, pair) in points.windows(2).enumerate() {
        let (a, b) = (pair[0], pair[1]);
        for step in 1..10 {
            let t = f64::from(step) / 10.0;
            let ease = if index % 2 == 0 { t * t * (3.0 - 2.0 * t) } else { t };
            let x = if index % 2 == 0 {
                a.x + (b.x - a.x) * (1.5 * t * (1.0 - t) + t * t * t)
            } else {
                a.x + (b.x - a.x) * t
            };
            out.push(Point { x, y: a.y + (b.y - a.y) * ease });
        }
    }
    out
}

fn check(what: &str, sizes: &[Size], links: &[Link]) {
    let layout = of(sizes, links);
    let labels: Vec<Frame> = links.iter().zip(&layout.routes).map(|(link, route)| label(link, route.label)).collect();
    let boxes: Vec<&Frame> = layout.nodes.iter().chain(&labels).collect();
    for (index, a) in boxes.iter().enumerate() {
        assert!(inside(&layout, a), "{what}: {a:?} is not on the page {:?}", layout.size);
        for b in &boxes[index + 1..] {
            assert!(apart(a, b), "{what}: {a:?} lies over {b:?}");
        }
    }
    for (link, route) in links.iter().zip(&layout.routes) {
        let (first, last) = (route.points[0], route.points[route.points.len() - 1]);
        assert!(touches(&layout.nodes[link.from], first), "{what}: {first:?} is not at {:?}", layout.nodes[link.from]);
        assert!(touches(&layout.nodes[link.to], last), "{what}: {last:?} is not at {:?}", layout.nodes[link.to]);
        for point in drawn(&route.points) {
            for node in &layout.nodes {
                let (x, y) = (point.x - node.at.x, point.y - node.at.y);
                let through = x > 1.0 && y > 1.0 && x < node.size.width - 1.0 && y < node.size.height - 1.0;
                assert!(!through, "{what}: {link:?} runs through {node:?} at {point:?}");
            }
        }
    }
}

#[test]
fn nothing_overlaps_in_graphs_at_random() {
    let mut random = Random(7);
    for round in 0..120 {
        let nodes = 1 + random.below(30);
        let links = random.below(3 * nodes);
        let (sizes, links) = graph(&mut random, nodes, links);
        check(&format!("graph {round}"), &sizes, &links);
    }
}

#[test]
fn small_and_strange_graphs_have_places() {
    let size = Size { width: 80.0, height: 40.0 };
    let label = Size { width: 30.0, height: 12.0 };
    let link = |from, to| Link { from, to, label };
    let none = of(&[], &[]);
    assert_eq!((none.size, none.nodes.len()), (Size::default(), 0));
    check("one", &[size], &[]);
    check("there and back", &[size, size], &[link(0, 1), link(1, 0), link(0, 1)]);
    check("a ring", &[size, size, size], &[link(0, 1), link(1, 2), link(2, 0)]);
    let star: Vec<Link> = (1..40).map(|to| link(0, to)).collect();
    check("a star", &vec![size; 40], &star);
}

/// Of this thread alone: a busy machine makes the clock on the wall run faster.
#[cfg(unix)]
#[test]
fn three_hundred_nodes_take_less_than_a_second() {
    let now = || rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let (sizes, links) = graph(&mut Random(1), 300, 450);
    let start = now();
    let layout = of(&sizes, &links);
    let spent = now() - start;
    assert_eq!(layout.nodes.len(), 300);
    assert!(spent.tv_sec < 1, "{spent:?}");
}

/// Of apps that refer to ten others each, and of all that refer to all.
fn dense(nodes: usize, each: usize) -> (Vec<Size>, Vec<Link>) {
    let (size, label) = (Size { width: 80.0, height: 40.0 }, Size { width: 30.0, height: 12.0 });
    let mut random = Random(3);
    let mut to = |from: usize, nth: usize| if each < nodes { random.below(nodes) } else { (from + nth) % nodes };
    let pairs = (0..nodes).flat_map(|from| (0..each).map(move |nth| (from, nth)));
    let links = pairs.map(|(from, nth)| Link { from, to: to(from, nth), label }).filter(|link| link.from != link.to);
    (vec![size; nodes], links.collect())
}

/// The work grows with the edges: unfolded, the second has half a million items.
#[test]
fn a_dense_picture_is_folded() {
    for (nodes, each, most) in [(300, 2, 10), (300, 10, 10), (1000, 10, 10), (250, 250, 2)] {
        let (sizes, links) = dense(nodes, each);
        let items = super::rank::of(&sizes, &links).items.len();
        assert!(items < most * links.len(), "{nodes} nodes, {} edges, {items} items", links.len());
    }
    let (sizes, links) = dense(120, 10);
    assert!(super::rank::of(&sizes, &links).ranks.len() < 30);
    check("a folded graph", &sizes, &links);
}

/// Edges without bends: every one of them still has both its ends, and a label on the page.
#[test]
fn all_that_refer_to_all_are_drawn() {
    let (sizes, links) = dense(250, 250);
    let layout = of(&sizes, &links);
    for (link, route) in links.iter().zip(&layout.routes) {
        let (first, last) = (route.points[0], route.points[route.points.len() - 1]);
        assert!(touches(&layout.nodes[link.from], first) && touches(&layout.nodes[link.to], last), "{link:?}");
        assert!(inside(&layout, &label(link, route.label)), "{link:?}");
    }
}

#[cfg(unix)]
#[test]
fn three_hundred_nodes_of_ten_edges_each_are_drawn_in_time() {
    let now = || rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let (sizes, links) = dense(300, 10);
    let start = now();
    assert_eq!(of(&sizes, &links).nodes.len(), 300);
    let spent = now() - start;
    // Without optimization; with it, a tenth of this.
    assert!(spent.tv_sec < 15, "{spent:?}");
}

#[test]
fn a_tree_has_no_crossings() {
    let size = Size { width: 80.0, height: 40.0 };
    let links: Vec<Link> =
        (1..31).rev().map(|to| Link { from: (to - 1) / 2, to, label: Size { width: 20.0, height: 10.0 } }).collect();
    let mut ranked = super::rank::of(&vec![size; 31], &links);
    super::order::untangle(&mut ranked);
    let mut place = vec![0; ranked.items.len()];
    for rank in &ranked.ranks {
        rank.iter().enumerate().for_each(|(at, item)| place[*item] = at);
    }
    assert_eq!(super::order::crossings(&ranked, &place), 0);
}
