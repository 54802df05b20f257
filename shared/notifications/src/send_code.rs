//! The task send_code: mails what a ticket holds, once: a one-time code, or that somebody signed in from a new device.
//!
//! Address, code and device stay sealed in the ticket until here; neither an event nor a log ever holds them.

use crate::tell;
use crate::words::{Both, time};
use crate::{Text, once};
use aws::{Mail, Tables};
use boot::{Boot, Vault};
use db::Db;
use events::queues::{self, Queue};
use events::{CodeRequested, Envelope};
use identity::devices::Seen;
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
            let (subject, text) = match &letter.seen {
                Some(seen) => new_device(seen),
                None => {
                    let (subject, text) = write(&letter.purpose, letter.code.as_deref(), letter.language == "en");
                    (subject.to_owned(), text)
                }
            };
            self.mail.send(&letter.to, &subject, &text).await?;
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

/// In both languages: whoever signed in need not be the reader.
fn new_device(seen: &Seen) -> (String, String) {
    let (at, unknown) = (time(seen.at), "?".to_owned());
    let ip = seen.ip.map_or(unknown.clone(), |ip| ip.to_string());
    let browser = seen.user_agent.clone().unwrap_or(unknown);
    let text = Text::new(
        "new_device",
        Both::new("새 기기에서 로그인했습니다", "Sign-in from a new device"),
        Both::new(
            format!(
                "새 기기에서 로그인했습니다.\n\n시각: {at} (한국 시간)\nIP: {ip}\n브라우저: {browser}\n\n본인이 아니라면 바로 보안 담당자에게 알려 주세요."
            ),
            format!(
                "Somebody signed in to your account from a new device.\n\nTime: {at} (Korea)\nIP: {ip}\nBrowser: {browser}\n\nIf it was not you, tell the security officer at once."
            ),
        ),
    );
    (tell::subject(&text.title), tell::letter(&text))
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
    fn a_new_device_is_told_of_in_both_languages() {
        let seen = Seen { at: "2026-03-02T06:00:00Z".parse().unwrap(), ip: "192.0.2.7".parse().ok(), user_agent: None };
        let (subject, text) = new_device(&seen);
        assert_eq!(subject, "[Drrip] 새 기기에서 로그인했습니다 / Sign-in from a new device");
        assert!(
            text.contains("시각: 2026-03-02 15:00 (한국 시간)\nIP: 192.0.2.7")
                && text.contains("Time: 2026-03-02 15:00")
        );
    }

    #[test]
    fn a_code_stands_in_its_letter_and_a_letter_without_one_says_why() {
        assert!(write("sign_up_email", Some("482913"), false).1.starts_with("회원가입 인증번호: 482913"));
        assert!(write("password_reset", Some("482913"), true).1.contains("to set a new password: 482913"));
        assert!(write("account_exists", None, false).0.contains("이미 가입된"));
        assert!(!write("other", None, true).1.contains("already"));
    }
}
