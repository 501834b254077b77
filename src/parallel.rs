//! The same work for several items, side by side.
//!
//! Owns: threads, and that the answers come in the order of the items, whoever was first.
//! Does not own: what is worth a thread, which the caller knows.

use std::thread::{Builder, ScopedJoinHandle, scope};

/// The stages recurse as deep as a project nests.
const STACK: usize = 64 << 20;

/// One answer for each item. `large`: each item but the first has a thread of its own, and a state of its own; else one
/// state serves all, one after the other.
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
    let work = &|item| work(&mut state(), item);
    let mut items = items.into_iter();
    let first = items.next();
    scope(|scope| {
        let start = |item: T| Builder::new().stack_size(STACK).spawn_scoped(scope, move || work(item));
        let threads: Vec<_> = items.map(start).collect();
        let first = first.map(work);
        first.into_iter().chain(threads.into_iter().map(answer)).collect()
    })
}

fn answer<R>(thread: std::io::Result<ScopedJoinHandle<R>>) -> R {
    match thread.map(ScopedJoinHandle::join) {
        Ok(Ok(answer)) => answer,
        Ok(Err(panic)) => std::panic::resume_unwind(panic),
        Err(error) => panic!("cannot start a thread: {error}"),
    }
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
