//! The order within each rank: few crossings.
//!
//! Owns: sweeps that put each item at the mean of its neighbours' places, then swaps of two that stand side by side. The
//! best order seen is kept, so that more sweeps never harm.

use super::rank::Ranked;

const SWEEPS: usize = 40;
/// Sweeps of a picture, times its items. So the largest is drawn in seconds.
const WORK: usize = 600_000;
/// Sweeps without a better order, after which no better one is expected.
const PATIENCE: usize = 10;

/// From two beginnings: the order of the nodes, and one in which neighbours were met one after the other.
pub fn untangle(ranked: &mut Ranked) {
    let as_listed = ranked.ranks.clone();
    let least = sweeps(ranked, true);
    let best = std::mem::replace(&mut ranked.ranks, as_listed);
    if least > 0 {
        let met = met(ranked);
        ranked.ranks.iter_mut().for_each(|rank| rank.sort_by_key(|item| met[*item]));
        if sweeps(ranked, false) < least {
            return;
        }
    }
    ranked.ranks = best;
}

/// Leaves the best order, and says how many crossings it has.
fn sweeps(ranked: &mut Ranked, forward: bool) -> usize {
    let mut place = vec![0usize; ranked.items.len()];
    note(&ranked.ranks, &mut place);
    let (mut best, mut least) = (ranked.ranks.clone(), crossings(ranked, &place));
    let mut idle = 0;
    for sweep in 0..(WORK / place.len().max(1)).clamp(4, SWEEPS) {
        if least == 0 || idle == PATIENCE {
            break;
        }
        // Of equals the other one comes first in every second pair of sweeps.
        sort(ranked, &mut place, (sweep % 2 == 0) == forward, sweep % 4 > 1);
        swap(ranked, &mut place);
        let now = crossings(ranked, &place);
        idle += 1;
        if now < least {
            (best, least, idle) = (ranked.ranks.clone(), now, 0);
        }
    }
    ranked.ranks = best;
    least
}

/// When each item is met on a walk along all edges, in both directions.
fn met(ranked: &Ranked) -> Vec<usize> {
    let mut out = vec![usize::MAX; ranked.items.len()];
    let mut next = 0;
    for start in ranked.ranks.iter().flatten() {
        let mut stack = vec![*start];
        while let Some(item) = stack.pop() {
            if out[item] != usize::MAX {
                continue;
            }
            out[item] = next;
            next += 1;
            stack.extend(ranked.before[item].iter().chain(&ranked.behind[item]).rev());
        }
    }
    out
}

fn note(ranks: &[Vec<usize>], place: &mut [usize]) {
    for rank in ranks {
        rank.iter().enumerate().for_each(|(at, item)| place[*item] = at);
    }
}

/// Each rank by the mean place of the neighbours on one side.
fn sort(ranked: &mut Ranked, place: &mut [usize], forward: bool, turned: bool) {
    let count = ranked.ranks.len();
    for step in 0..count {
        let rank = if forward { step } else { count - 1 - step };
        let sides = if forward { &ranked.before } else { &ranked.behind };
        let mut keyed: Vec<(f64, usize)> = Vec::with_capacity(ranked.ranks[rank].len());
        for item in &ranked.ranks[rank] {
            let near = &sides[*item];
            let sum: usize = near.iter().map(|other| place[*other]).sum();
            // What has no neighbour there stays where it is.
            let mean = if near.is_empty() { place[*item] as f64 } else { sum as f64 / near.len() as f64 };
            keyed.push((mean, *item));
        }
        if turned {
            keyed.reverse();
        }
        keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
        ranked.ranks[rank] = keyed.into_iter().map(|(_, item)| item).collect();
        ranked.ranks[rank].iter().enumerate().for_each(|(at, item)| place[*item] = at);
    }
}

/// Two side by side change places where that takes crossings away.
fn swap(ranked: &mut Ranked, place: &mut [usize]) {
    for _ in 0..4 {
        let mut better = false;
        for rank in &mut ranked.ranks {
            for at in 1..rank.len() {
                let (a, b) = (rank[at - 1], rank[at]);
                let mut gain = 0i64;
                for side in [&ranked.before, &ranked.behind] {
                    gain += pairs(&side[a], &side[b], place);
                }
                if gain > 0 {
                    rank.swap(at - 1, at);
                    (place[a], place[b]) = (at, at - 1);
                    better = true;
                }
            }
        }
        if !better {
            return;
        }
    }
}

/// Crossings with `a` above `b`, without those of the other order.
fn pairs(a: &[usize], b: &[usize], place: &[usize]) -> i64 {
    if a.len() * b.len() > 64 {
        return many(a, b, place);
    }
    let mut out = 0;
    for left in a {
        for right in b {
            out += match place[*left].cmp(&place[*right]) {
                std::cmp::Ordering::Greater => 1,
                std::cmp::Ordering::Less => -1,
                std::cmp::Ordering::Equal => 0,
            };
        }
    }
    out
}

/// As [`pairs`], of two that hundreds refer to.
fn many(a: &[usize], b: &[usize], place: &[usize]) -> i64 {
    let mut right: Vec<usize> = b.iter().map(|other| place[*other]).collect();
    right.sort_unstable();
    let above = |left: &usize| right.partition_point(|other| other < left);
    let below = |left: &usize| right.len() - right.partition_point(|other| other <= left);
    a.iter().map(|other| &place[*other]).map(|left| above(left) as i64 - below(left) as i64).sum()
}

/// All crossings: inversions between each two ranks, counted by a tree of sums.
pub fn crossings(ranked: &Ranked, place: &[usize]) -> usize {
    let mut out = 0;
    for pair in ranked.ranks.windows(2) {
        let mut sums = vec![0usize; pair[1].len() + 1];
        let mut seen = 0;
        for item in &pair[0] {
            let mut ends: Vec<usize> = ranked.behind[*item].iter().map(|other| place[*other]).collect();
            ends.sort_unstable();
            for end in &ends {
                let (mut at, mut upto) = (end + 1, 0);
                while at > 0 {
                    upto += sums[at];
                    at &= at - 1;
                }
                out += seen - upto;
            }
            for end in &ends {
                let mut at = end + 1;
                while at < sums.len() {
                    sums[at] += 1;
                    at += at & at.wrapping_neg();
                }
            }
            seen += ends.len();
        }
    }
    out
}
