//! The same work for several items, side by side.
//!
//! Owns: threads, and that the answers come in the order of the items, whoever was first.
//! Does not own: what is worth a thread, which the caller knows.

use std::sync::Mutex;
use std::thread::{Builder, ScopedJoinHandle, scope};

/// The stages recurse as deep as a project nests.
const STACK: usize = 64 << 20;

/// More threads than these wait for each other's memory.
const MOST: usize = 16;

/// One answer for each item. `large`: items are worked on side by side, each with a state of its own; else one state serves
/// all, one after the other. Where the system refuses threads, this one does all the work.
pub fn each<S, T: Send, R: Send>(
    items: Vec<T>,
    large: bool,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, T) -> R + Sync,
) -> Vec<R> {
    if !large {
        let mut state = state();
        return items.into_iter().map(|item| work(&mut state, item)).collect();
    }
    let helpers = cores().min(items.len()).saturating_sub(1);
    let queue = Mutex::new(items.into_iter().enumerate());
    let next = || queue.lock().ok().and_then(|mut queue| queue.next());
    let turn = || -> Vec<(usize, R)> {
        std::iter::from_fn(next).map(|(number, item)| (number, work(&mut state(), item))).collect()
    };
    let mut answers = scope(|scope| {
        let start = |_| Builder::new().stack_size(STACK).spawn_scoped(scope, turn).ok();
        let threads: Vec<_> = (0..helpers).map_while(start).collect();
        let own = turn();
        own.into_iter().chain(threads.into_iter().flat_map(answers)).collect::<Vec<_>>()
    });
    answers.sort_by_key(|(number, _)| *number);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

fn answers<R>(thread: ScopedJoinHandle<Vec<(usize, R)>>) -> Vec<(usize, R)> {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Those that this process may use. Rust's own count opens files of the system, which nobody expects of a renderer.
#[cfg(target_os = "linux")]
fn cores() -> usize {
    rustix::thread::sched_getaffinity(None).map_or(1, |set| set.count() as usize).min(MOST)
}

#[cfg(not(target_os = "linux"))]
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).min(MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_in_the_order_of_the_items() {
        for large in [false, true] {
            let answers = each(
                vec![30, 20, 10, 0],
                large,
                || 0,
                |_, wait| {
                    std::thread::sleep(std::time::Duration::from_millis(wait));
                    wait
                },
            );
            assert_eq!(answers, [30, 20, 10, 0]);
        }
        assert!(each(Vec::<i32>::new(), true, || (), |(), item| item).is_empty());
    }

    #[test]
    fn one_state_serves_those_that_are_worked_on_in_turn() {
        let count = |large| {
            each(
                vec![(); 3],
                large,
                || 0,
                |seen, ()| {
                    *seen += 1;
                    *seen
                },
            )
        };
        assert_eq!((count(false), count(true)), (vec![1, 2, 3], vec![1, 1, 1]));
    }
}
