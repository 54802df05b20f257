//! The task send_code: mails a one-time code, once per request for it.
//!
//! Address and code stay sealed in the ticket until here; neither an event nor a log ever holds them.

use crate::once;
use aws::{Mail, Tables};
use boot::{Boot, Vault};
use db::Db;
use events::queues::{self, Queue};
use events::{CodeRequested, Envelope};
use identity::mailable;
use jobs::{Task, TaskError, TaskFuture};
use kernel::*;

/// Mails codes.
pub struct SendCode {
    db: Db,
    vault: Vault,
    tables: Tables,
    mail: Mail,
}

impl SendCode {
    pub fn new(boot: &Boot) -> SendCode {
        SendCode {
            db: boot.db.clone(),
            vault: boot.vault.clone(),
            tables: boot.aws.tables(),
            mail: boot.aws.mail(&boot.config.mail_sender),
        }
    }

    async fn handle(&self, event: &Envelope, now: Now) -> Result<(), TaskError> {
        let Some(requested) = event.read::<CodeRequested>() else { return Ok(()) };
        let requested = requested.map_err(|error| TaskError::Poison(error.to_string()))?;
        let run = once::take(&self.db.writer().await?, "send_code", event.id.to_string(), now).await?;
        let Some(run) = run else { return Ok(()) };
        // A ticket that is used or expired needs no letter any more.
        if let Some(letter) = mailable(&self.tables, &self.vault, requested.ticket_id).await? {
            let (subject, text) = write(&letter.purpose, letter.code.as_deref(), letter.language == "en");
            self.mail.send(&letter.to, subject, &text).await?;
        }
        Ok(once::done(&self.db.writer().await?, run, now).await?)
    }
}

/// The letter in the language its reader used.
fn write(purpose: &str, code: Option<&str>, english: bool) -> (&'static str, String) {
    let Some(code) = code else { return without_code(purpose, english) };
    if english {
        let why = match purpose {
            "password_reset" | "seller_password_reset" | "admin_password_reset" => "to set a new password",
            "sign_up_email" | "seller_sign_up_email" => "to sign up",
            _ => "to go on",
        };
        let text = format!(
            "Your code {why}: {code}\n\nIt works for 10 minutes. Nobody at Drrip will ever ask you for it.\nIf you did not ask for it, ignore this mail.\n"
        );
        return ("[Drrip] Your code", text);
    }
    let why = match purpose {
        "password_reset" | "seller_password_reset" | "admin_password_reset" => "비밀번호 재설정",
        "sign_up_email" | "seller_sign_up_email" => "회원가입",
        _ => "본인 확인",
    };
    let text = format!(
        "{why} 인증번호: {code}\n\n10분 동안 사용할 수 있습니다. Drrip은 인증번호를 묻지 않습니다.\n요청하지 않았다면 이 메일을 무시해 주세요.\n"
    );
    ("[Drrip] 인증번호 안내", text)
}

fn without_code(purpose: &str, english: bool) -> (&'static str, String) {
    match (purpose, english) {
        ("account_exists", true) => (
            "[Drrip] You already have an account",
            "Somebody asked to sign up with this address. You already have an account: sign in, or reset your password.\nIf it was not you, ignore this mail.\n".to_owned(),
        ),
        ("account_exists", false) => (
            "[Drrip] 이미 가입된 이메일입니다",
            "이 이메일로 회원가입을 요청하셨습니다. 이미 가입되어 있으니 로그인하거나 비밀번호를 재설정해 주세요.\n요청하지 않았다면 이 메일을 무시해 주세요.\n".to_owned(),
        ),
        (_, true) => (
            "[Drrip] No account with this address",
            "Somebody asked for a code for this address, but there is no account with it.\nIf it was not you, ignore this mail.\n".to_owned(),
        ),
        (_, false) => (
            "[Drrip] 가입되지 않은 이메일입니다",
            "이 이메일로 인증번호를 요청하셨지만 가입된 계정이 없습니다.\n요청하지 않았다면 이 메일을 무시해 주세요.\n".to_owned(),
        ),
    }
}

impl Task for SendCode {
    fn queue(&self) -> &'static Queue {
        &queues::SEND_CODE
    }
    fn run<'a>(&'a self, event: &'a Envelope, now: Now) -> TaskFuture<'a> {
        Box::pin(self.handle(event, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_stands_in_its_letter_and_a_letter_without_one_says_why() {
        assert!(write("sign_up_email", Some("482913"), false).1.starts_with("회원가입 인증번호: 482913"));
        assert!(write("password_reset", Some("482913"), true).1.contains("to set a new password: 482913"));
        assert!(write("account_exists", None, false).0.contains("이미 가입된"));
        assert!(!write("other", None, true).1.contains("already"));
    }
}
