//! Parcel carriers, and what an invoice number of each looks like.

use db::On;
use kernel::*;

db::row! {
    /// A carrier parcels can be given to.
    pub struct Carrier {
        pub code: String, pub name: String,
        /// Regular expression of its invoice numbers.
        pub invoice_pattern: Option<String>,
        /// `{invoice_no}` stands for the number.
        pub tracking_url: Option<String>,
    }
}

db::statements! {
    static LIST: () => Carrier = "select code, name, invoice_pattern, tracking_url from carriers where active order by name";
    static ONE: (String,) => Carrier = "select code, name, invoice_pattern, tracking_url from carriers where code = $1 and active";
    static FITS: (String, String) => (bool,) = "select coalesce($2::text ~ invoice_pattern, true) from carriers where code = $1 and active";
}

kernel::refusals! {
    /// Why an invoice number is not taken.
    pub enum InvoiceError {
        CarrierUnknown = 422 "carrier_unknown" at "/carrier_code", "There is no such carrier.", "지원하지 않는 택배사입니다.";
        Invalid = 422 "invoice_invalid" at "/invoice_no", "The invoice number does not fit the carrier.", "송장번호 형식이 택배사와 맞지 않습니다.";
    }
}

/// Carriers in use, by name.
pub async fn list(on: &impl On) -> Result<Vec<Carrier>, Fault> {
    LIST.all(on, ()).await
}

/// One carrier in use.
pub async fn of(on: &impl On, code: &str) -> Result<Option<Carrier>, Fault> {
    ONE.opt(on, (code.to_owned(),)).await
}

/// An invoice number as it is kept: without spaces and dashes.
pub fn bare(invoice_no: &str) -> String {
    invoice_no.chars().filter(|c| c.is_ascii_alphanumeric()).collect()
}

/// Refuses a number the carrier would never give; answers it without spaces and dashes.
pub async fn check_invoice(
    on: &impl On,
    carrier_code: &str,
    invoice_no: &str,
) -> Result<String, Failure<InvoiceError>> {
    let number = bare(invoice_no);
    let (fits,) = FITS.opt(on, (carrier_code.to_owned(), number.clone())).await?.ok_or(InvoiceError::CarrierUnknown)?;
    if fits && !number.is_empty() { Ok(number) } else { Err(InvoiceError::Invalid.into()) }
}
