//! What a file really is, by its first bytes.

kernel::text_enum! {
    /// Kinds of files the platform takes, as MIME types.
    pub enum FileKind {
        Jpeg = "image/jpeg",
        Png = "image/png",
        Webp = "image/webp",
        Pdf = "application/pdf",
        Mp4 = "video/mp4",
    }
}

impl FileKind {
    /// The kind a file's first bytes show.
    pub fn of(head: &[u8]) -> Option<FileKind> {
        match head {
            [0xFF, 0xD8, 0xFF, ..] => Some(FileKind::Jpeg),
            [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Some(FileKind::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(FileKind::Webp),
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(FileKind::Pdf),
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some(FileKind::Mp4),
            _ => None,
        }
    }

    pub const fn extension(self) -> &'static str {
        match self {
            FileKind::Jpeg => "jpg",
            FileKind::Png => "png",
            FileKind::Webp => "webp",
            FileKind::Pdf => "pdf",
            FileKind::Mp4 => "mp4",
        }
    }

    /// Width and height of a picture in pixels, where its first bytes tell them.
    pub fn pixels(self, head: &[u8]) -> Option<(i32, i32)> {
        match self {
            FileKind::Png => Some((big(head, 16, 4)?, big(head, 20, 4)?)),
            FileKind::Jpeg => jpeg(head),
            FileKind::Webp => webp(head),
            FileKind::Pdf | FileKind::Mp4 => None,
        }
    }
}

fn big(bytes: &[u8], at: usize, length: usize) -> Option<i32> {
    let number = bytes
        .get(at..at + length)?
        .iter()
        .try_fold(0_i32, |sum, byte| sum.checked_mul(256)?.checked_add(i32::from(*byte)));
    number.filter(|pixels| *pixels > 0)
}

fn little(bytes: &[u8], at: usize, length: usize) -> Option<i32> {
    let mut part = bytes.get(at..at + length)?.to_vec();
    part.reverse();
    part.iter().try_fold(0_i32, |sum, byte| sum.checked_mul(256)?.checked_add(i32::from(*byte)))
}

/// Walks the segments to the frame header (SOF0 to SOF15 without DHT, JPG and DAC).
fn jpeg(head: &[u8]) -> Option<(i32, i32)> {
    let mut at = 2;
    loop {
        let marker = *head.get(at + 1)?;
        if head[at] != 0xFF {
            return None;
        }
        if (0xC0..=0xCF).contains(&marker) && ![0xC4, 0xC8, 0xCC].contains(&marker) {
            return Some((big(head, at + 7, 2)?, big(head, at + 5, 2)?));
        }
        at += 2 + usize::try_from(big(head, at + 2, 2)?).ok()?;
    }
}

fn webp(head: &[u8]) -> Option<(i32, i32)> {
    match head.get(12..16)? {
        b"VP8X" => Some((little(head, 24, 3)? + 1, little(head, 27, 3)? + 1)),
        b"VP8 " => Some((little(head, 26, 2)? & 0x3FFF, little(head, 28, 2)? & 0x3FFF)),
        b"VP8L" => {
            let bits = u32::from_le_bytes(head.get(21..25)?.try_into().ok()?);
            let part = |shift: u32| i32::try_from((bits >> shift) & 0x3FFF).ok().map(|n| n + 1);
            Some((part(0)?, part(14)?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell_kind_and_pixels() {
        let png = [&[0x89, b'P', b'N', b'G', 13, 10, 26, 10, 0, 0, 0, 13][..], b"IHDR", &[0, 0, 4, 176, 0, 0, 6, 64]]
            .concat();
        assert_eq!(FileKind::of(&png), Some(FileKind::Png));
        assert_eq!(FileKind::Png.pixels(&png), Some((1200, 1600)));
        let app0 = [&[0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2][..], &[0xFF, 0xC0, 0, 17, 8, 6, 64, 4, 176, 3]].concat();
        assert_eq!(FileKind::of(&app0), Some(FileKind::Jpeg));
        assert_eq!(FileKind::Jpeg.pixels(&app0), Some((1200, 1600)));
        let webp = [&b"RIFF1234WEBPVP8X"[..], &[10, 0, 0, 0, 0, 0, 0, 0], &[175, 4, 0, 63, 6, 0]].concat();
        assert_eq!(FileKind::of(&webp).and_then(|kind| kind.pixels(&webp)), Some((1200, 1600)));
    }

    #[test]
    fn what_is_cut_off_or_something_else_is_not_a_picture() {
        assert_eq!(FileKind::of(b"<html>"), None);
        assert_eq!(FileKind::Jpeg.pixels(&[0xFF, 0xD8, 0xFF, 0xE0, 0xFF, 0xFF]), None);
        assert_eq!(FileKind::Jpeg.pixels(&[0xFF, 0xD8, 0, 0, 0, 0]), None);
        assert_eq!(FileKind::Png.pixels(&[0x89]), None);
    }
}
