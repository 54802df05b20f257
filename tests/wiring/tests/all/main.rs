//! template.yaml and the code, compared in both directions.

mod access;
mod deployed;
mod environment;
mod functions;
mod queues;
mod routes;
mod samples;
mod schedules;
