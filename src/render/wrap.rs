//! Text into lines that fit a width, measured with the true font.

use crate::render::font::{Weight, width};

/// The lines of `text`, none wider than `room` px. A per cent sign stays with its number; a word that is too wide by
/// itself is cut.
pub fn wrap(text: &str, size: f64, weight: Weight, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in words(text) {
        let longer = if line.is_empty() {
            word.clone()
        } else {
            format!("{line} {word}")
        };
        if width(&longer, size, weight) <= room {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        line = cut(word, size, weight, room, &mut lines);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// As [`wrap`], with lines of about equal length: for headlines.
pub fn wrap_evenly(text: &str, size: f64, weight: Weight, room: f64) -> Vec<String> {
    let lines = wrap(text, size, weight, room);
    // Narrow the column as long as the text needs no further line.
    let (mut narrow, mut wide) = (0.0, room);
    for _ in 0..12 {
        let middle = (narrow + wide) / 2.0;
        if wrap(text, size, weight, middle).len() > lines.len() {
            narrow = middle;
        } else {
            wide = middle;
        }
    }
    wrap(text, size, weight, wide)
}

/// As [`wrap`], in at most `most` lines: the last is cut if there would be more.
pub fn wrap_at_most(most: usize, text: &str, size: f64, weight: Weight, room: f64) -> Vec<String> {
    let mut lines = wrap(text, size, weight, room);
    if lines.len() > most.max(1) {
        let rest = lines.split_off(most.max(1) - 1).join(" ");
        lines.push(shorten(&rest, size, weight, room));
    }
    lines
}

/// `text`, or as much of it as fits `room` px with an ellipsis, cut between words where that keeps most of it.
pub fn shorten(text: &str, size: f64, weight: Weight, room: f64) -> String {
    if width(text, size, weight) <= room {
        return text.to_owned();
    }
    let mut kept: Vec<char> = text.chars().collect();
    while kept.pop().is_some() {
        let mut short: String = kept.iter().collect();
        if width(&format!("{short}…"), size, weight) <= room {
            if let Some(space) = short.rfind(' ')
                && space * 3 > short.len() * 2
            {
                short.truncate(space);
            }
            return format!("{}…", short.trim_end_matches([' ', ',', '“']));
        }
    }
    String::new()
}

/// As [`wrap`], but with lines of about equal length if the last would be a word or two.
pub fn wrap_full(text: &str, size: f64, weight: Weight, room: f64) -> Vec<String> {
    const SHORT: f64 = 0.3;
    let lines = wrap(text, size, weight, room);
    match lines.last() {
        Some(last) if lines.len() > 1 && width(last, size, weight) < room * SHORT => {
            wrap_evenly(text, size, weight, room)
        }
        _ => lines,
    }
}

/// The words between spaces; a lone `%` belongs to the word before it, a lone `£` to the word after it.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match words.last_mut() {
            Some(last) if word.starts_with('%') || last == "£" => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

/// Cuts full lines off a word until the rest fits; gives the rest.
fn cut(word: String, size: f64, weight: Weight, room: f64, lines: &mut Vec<String>) -> String {
    let mut rest = word;
    while width(&rest, size, weight) > room && rest.chars().count() > 1 {
        let mut fits = String::new();
        for character in rest.chars() {
            fits.push(character);
            if width(&fits, size, weight) > room {
                fits.pop();
                break;
            }
        }
        if fits.is_empty() {
            fits.extend(rest.chars().next());
        }
        rest = rest.chars().skip(fits.chars().count()).collect();
        lines.push(fits);
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "84 authorities would gain and 61 lose more than 0.5 % under “Social care by need” compared with \
                        what the council tax base could raise";

    #[test]
    fn lines_fit_and_keep_every_word() {
        for room in [60.0, 150.0, 333.0, 2000.0] {
            let lines = wrap(TEXT, 12.0, Weight::Bold, room);
            assert!(
                lines
                    .iter()
                    .all(|line| width(line, 12.0, Weight::Bold) <= room)
            );
        }
        let lines = wrap(TEXT, 12.0, Weight::Bold, 150.0);
        let joined = lines.join(" ");
        assert_eq!(
            joined.split_whitespace().collect::<Vec<_>>(),
            TEXT.split_whitespace().collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_per_cent_sign_never_starts_a_line() {
        for room in 40..400 {
            let lines = wrap(TEXT, 12.0, Weight::Regular, f64::from(room));
            assert!(
                lines.iter().all(|line| !line.starts_with('%')),
                "{room}: {lines:?}"
            );
        }
    }

    #[test]
    fn even_lines_need_no_more_lines_and_end_less_raggedly() {
        let plain = wrap(TEXT, 12.0, Weight::Bold, 500.0);
        let even = wrap_evenly(TEXT, 12.0, Weight::Bold, 500.0);
        assert_eq!(plain.len(), even.len());
        let last = |lines: &[String]| width(lines.last().expect("a line"), 12.0, Weight::Bold);
        assert!(last(&even) >= last(&plain));
    }

    #[test]
    fn a_pound_sign_never_ends_a_line() {
        for room in 60..300 {
            let lines = wrap("It falls, £ per head", 12.0, Weight::Bold, f64::from(room));
            assert!(lines.iter().all(|line| !line.ends_with('£')), "{lines:?}");
        }
    }

    #[test]
    fn full_lines_do_not_end_with_a_lone_word() {
        for room in 100..400 {
            let room = f64::from(room);
            let lines = wrap_full(TEXT, 12.0, Weight::Regular, room);
            assert_eq!(lines.join(" "), TEXT);
            assert_eq!(lines.len(), wrap(TEXT, 12.0, Weight::Regular, room).len());
        }
        let text = "Change in funding, in per cent (bars) and £ per head. £4.0bn would move.";
        let room = width(text, 12.0, Weight::Regular) - 1.0;
        let lines = wrap_full(text, 12.0, Weight::Regular, room);
        assert!(width(&lines[1], 12.0, Weight::Regular) > room * 0.3);
    }

    #[test]
    fn a_word_wider_than_the_column_is_cut_and_lost_in_no_part() {
        let lines = wrap(
            "Llanfairpwllgwyngyllgogerychwyrndrobwll",
            12.0,
            Weight::Regular,
            50.0,
        );
        assert!(lines.len() > 3);
        assert_eq!(lines.concat(), "Llanfairpwllgwyngyllgogerychwyrndrobwll");
    }

    #[test]
    fn shortened_names_fit_and_say_so() {
        let short = shorten(
            "Bournemouth, Christchurch and Poole",
            10.0,
            Weight::Regular,
            80.0,
        );
        assert!(short.ends_with('…') && width(&short, 10.0, Weight::Regular) <= 80.0);
        let words = shorten("Bath and North East Somerset", 10.0, Weight::Regular, 125.0);
        assert_eq!(words, "Bath and North East…");
        assert_eq!(shorten("Kent", 10.0, Weight::Regular, 80.0), "Kent");
        assert_eq!(shorten("Kent", 10.0, Weight::Regular, 1.0), "");
    }
}
