//! The one path (`handle`) and the one loop: collect, read, wake, deliver.
