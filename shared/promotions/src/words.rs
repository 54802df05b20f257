//! The closed sets of words coupons, points and rewards are written down with.

kernel::states! {
    /// A coupon in a customer's wallet.
    pub enum WalletState {
        Issued = "issued",
        Reserved = "reserved",
        Used = "used",
        Expired = "expired",
        Revoked = "revoked",
    }
    /// What moves a coupon of a wallet.
    actions WalletAction {
        Issued --Reserve--> Reserved,
        Issued --Expire--> Expired,
        Issued --Revoke--> Revoked,
        Reserved --Use--> Used,
        Reserved --Release--> Issued,
        Reserved --Expire--> Expired,
        Used --GiveBack--> Issued,
        Used --HoldAgain--> Reserved,
    }
    all { Reserve, Use, Release, Expire, Revoke, GiveBack, HoldAgain }
}

kernel::text_enum! {
    /// How a coupon gets into wallets.
    pub enum IssueMethod { Download = "download", Auto = "auto", Code = "code", Target = "target" }
}

kernel::text_enum! {
    /// What points or rewards were granted for.
    pub enum LotSource {
        Purchase = "purchase",
        Review = "review",
        Birthday = "birthday",
        Event = "event",
        Promotion = "promotion",
        Compensation = "compensation",
        Manual = "manual",
        /// In place of a lot that had expired when it was given back.
        Regrant = "regrant",
    }
}

kernel::text_enum! {
    /// What happened to a lot.
    pub enum PointKind {
        Grant = "grant",
        Use = "use",
        Restore = "restore",
        Expire = "expire",
        Clawback = "clawback",
        Revoke = "revoke",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_of_a_coupon_and_action_has_its_answer() {
        kernel::assert_steps!(WalletState, WalletAction {
            Issued: Reserve => Reserved, Expire => Expired, Revoke => Revoked;
            Reserved: Use => Used, Release => Issued, Expire => Expired;
            Used: GiveBack => Issued, HoldAgain => Reserved;
            Expired: ;
            Revoked: ;
        });
    }
}
