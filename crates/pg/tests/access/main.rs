//! What an institution's application can do in a managed database, what it is refused, and how it gets
//! there: with a login of its own, or through the gateway; directly, or through PgBouncer.
#![expect(clippy::unwrap_used, reason = "a test says where it broke by panicking")]

mod adoption;
mod attacks;
mod credentials;
mod drift;
mod gateway;
mod pooler;
mod residents;
mod world;
