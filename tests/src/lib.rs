//! Nothing but a place to hang the workspace's test binaries on.
