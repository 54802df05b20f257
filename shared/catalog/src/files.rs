//! Files that a product shows: complete uploads of the seller's own people.

use authz::SellerScope;
use db::Tx;
use kernel::{Fault, SellerId, UploadId};
use uploads::Purpose;

db::row! {
    /// One file a seller may use.
    pub(crate) struct FileRow { pub id: UploadId, pub purpose: Purpose, pub width: Option<i32> }
}

db::statements! {
    static FILES: (Vec<UploadId>, SellerId) => FileRow =
        "select u.id, u.purpose, u.width from uploads u
         where u.id = any($1) and u.state = 'ready' and u.uploaded_by_type = 'seller'
           and exists (select from seller_members m where m.id = u.uploaded_by and m.seller_id = $2)";
}

/// Those of the files that are complete and the seller's.
pub(crate) async fn usable(tx: &Tx, by: SellerScope, ids: Vec<UploadId>) -> Result<Vec<FileRow>, Fault> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    FILES.all(tx, (ids, by.seller_id())).await
}
