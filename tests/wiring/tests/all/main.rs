//! template.yaml and the code, compared in both directions.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "test code: whatever goes wrong ends the test")]

mod access;
mod alarms;
mod copies;
mod deployed;
mod edge;
mod environment;
mod functions;
mod queues;
mod routes;
mod samples;
mod schedules;
mod stores;
