//! The bounds of a gate under load, cancellation and panics.

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};

use super::{Gate, GateError};

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// Work that says that it runs and then waits to be let go.
fn held(started: Sender<()>, release: Receiver<()>) -> impl FnOnce() + Send + 'static {
    move || {
        started.send(()).unwrap();
        release.recv().unwrap();
    }
}

fn poll_once<F: Future + Unpin>(future: &mut F) -> bool {
    std::pin::Pin::new(future).poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

#[test]
fn answers_with_what_the_work_returned() {
    let gate = Gate::new("test", 1, 0);
    assert_eq!(block_on(gate.run(|| 7)), Ok(7));
    assert_eq!(gate.free_places(), 1, "the place is free again");
}

#[test]
fn never_runs_more_at_once_than_it_has_permits() {
    let gate = Gate::new("test", 2, 100);
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    block_on(async {
        let tasks: Vec<_> = (0..50)
            .map(|_| {
                let (gate, now, most) = (gate.clone(), Arc::clone(&now), Arc::clone(&most));
                tokio::spawn(async move {
                    gate.run(move || {
                        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::yield_now();
                        now.fetch_sub(1, Ordering::SeqCst);
                    })
                    .await
                })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.unwrap(), Ok(()));
        }
    });
    assert!((1..=2).contains(&most.load(Ordering::SeqCst)), "{most:?}");
}

#[test]
fn turns_the_next_one_away_when_every_place_is_taken() {
    let gate = Gate::new("test", 1, 1);
    let ((started, starts), (release, released)) = (channel(), channel());
    block_on(async {
        let mut running = Box::pin(gate.run(held(started, released)));
        assert!(!poll_once(&mut running));
        starts.recv().unwrap();
        let mut waiting = Box::pin(gate.run(|| 2));
        assert!(!poll_once(&mut waiting));

        assert_eq!(gate.run(|| 3).await, Err(GateError::Full));

        release.send(()).unwrap();
        assert_eq!(running.await, Ok(()));
        assert_eq!(waiting.await, Ok(2));
        assert_eq!(gate.free_places(), 2);
    });
}

#[test]
fn a_caller_that_leaves_while_waiting_frees_its_place_and_its_work_never_runs() {
    let gate = Gate::new("test", 1, 1);
    let ((started, starts), (release, released)) = (channel(), channel());
    let ran = Arc::new(AtomicUsize::new(0));
    block_on(async {
        let mut running = Box::pin(gate.run(held(started, released)));
        assert!(!poll_once(&mut running));
        starts.recv().unwrap();
        let mut waiting = Box::pin(gate.run({
            let ran = Arc::clone(&ran);
            move || ran.fetch_add(1, Ordering::SeqCst)
        }));
        assert!(!poll_once(&mut waiting));
        assert_eq!(gate.free_places(), 0);

        drop(waiting);

        assert_eq!(gate.free_places(), 1);
        release.send(()).unwrap();
        assert_eq!(running.await, Ok(()));
        assert_eq!(gate.run(|| 4).await, Ok(4));
    });
    assert_eq!(ran.load(Ordering::SeqCst), 0);
}

#[test]
fn a_caller_that_leaves_while_its_work_runs_does_not_stop_it() {
    let gate = Gate::new("test", 1, 0);
    let ((started, starts), (release, released)) = (channel(), channel());
    let (done, finished) = channel();
    block_on(async {
        let work = held(started, released);
        let mut running = Box::pin(gate.run(move || {
            work();
            done.send(()).unwrap();
        }));
        assert!(!poll_once(&mut running));
        starts.recv().unwrap();

        drop(running);

        assert_eq!(gate.run(|| ()).await, Err(GateError::Full), "it still holds its place");
        release.send(()).unwrap();
        finished.recv().unwrap();
    });
}

#[test]
fn a_panic_is_told_and_costs_no_place() {
    let gate = Gate::new("test", 1, 0);
    block_on(async {
        for _ in 0..3 {
            assert_eq!(gate.run(|| -> u8 { panic!("on purpose") }).await, Err(GateError::Died));
        }
        assert_eq!(gate.run(|| 1).await, Ok(1));
    });
}

#[test]
fn those_who_wait_are_served_in_order() {
    let gate = Gate::new("test", 1, 10);
    let served = Arc::new(Mutex::new(Vec::new()));
    block_on(async {
        let mut all: Vec<_> = (0..10)
            .map(|n| {
                let served = Arc::clone(&served);
                Box::pin(gate.run(move || served.lock().unwrap().push(n)))
            })
            .collect();
        for one in &mut all {
            assert!(!poll_once(one));
        }
        for one in all {
            assert_eq!(one.await, Ok(()));
        }
    });
    assert_eq!(*served.lock().unwrap(), (0..10).collect::<Vec<_>>());
}
