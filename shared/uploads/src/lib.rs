//! Files travel from the browser to S3 by a presigned PUT; a function only says where to and looks at what arrived.
//!
//! What a file is for fixes its kinds, its size and whether it is public. A file counts once its bytes were looked at:
//! the name and the type the client claims are not believed.

mod complete;
mod kind;
mod purpose;
mod start;

pub use complete::{CompleteError, Completed, complete};
pub use kind::FileKind;
pub use purpose::{Purpose, Rule};
pub use start::{Start, StartError, Started, start};

use aws::Documents;
use boot::Boot;
use uuid::Uuid;

/// The two buckets: pictures for everybody, papers and evidence for few.
#[derive(Clone)]
pub struct Buckets {
    public: Documents,
    private: Documents,
}

impl Buckets {
    pub fn new(boot: &Boot) -> Buckets {
        Buckets {
            public: boot.aws.documents(&boot.config.public_bucket),
            private: boot.aws.documents(&boot.config.private_bucket),
        }
    }

    fn of(&self, purpose: Purpose) -> &Documents {
        if purpose.rule().public { &self.public } else { &self.private }
    }
}

/// Who uploads: a customer, a seller's member, an operator or a partner's client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uploader {
    kind: &'static str,
    id: Uuid,
}

impl From<kernel::UserId> for Uploader {
    fn from(id: kernel::UserId) -> Uploader {
        Uploader { kind: "customer", id: id.0 }
    }
}
impl From<kernel::MemberId> for Uploader {
    fn from(id: kernel::MemberId) -> Uploader {
        Uploader { kind: "seller", id: id.0 }
    }
}
impl From<kernel::OperatorId> for Uploader {
    fn from(id: kernel::OperatorId) -> Uploader {
        Uploader { kind: "admin", id: id.0 }
    }
}
impl From<kernel::PartnerClientId> for Uploader {
    fn from(id: kernel::PartnerClientId) -> Uploader {
        Uploader { kind: "partner", id: id.0 }
    }
}

/// Every statement of this crate, for the check against the schema.
pub const STATEMENTS: &[&[&dyn db::Declared]] = &[complete::STATEMENTS, start::STATEMENTS];
