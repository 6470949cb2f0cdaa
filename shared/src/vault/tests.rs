//! Formats as they were written, and what people may type.

use super::{
    DataKey, Halves, Header, NotACode, NotAName, Opens, PASSKEY_QUESTION, PasskeyAnswer,
    RecoveryCode, SignInName, Strength, WORD_LIST_LENGTH, Wrap, WrapDamaged, WrapKey, carried,
    of_carried, propose, split, strength, stretch, stretched_text,
};
use crate::id::Rng;

struct Counting(u8);
impl Rng for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(5).wrapping_add(17);
            *byte = self.0;
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_passphrase_becomes_the_same_keys_for_good() {
    // Argon2id, 64 MiB, 3 passes, 1 lane: checked against the reference program's
    // `argon2 -id -t 3 -k 65536 -p 1 -l 32`.
    let stretched = stretch("copper lantern", b"0123456789abcdef");
    expect_test::expect!["1ffb2e3f7ca9f222eafa7c3a45c4ceaa612f8b8061299418b58af58b34826c0e"]
        .assert_eq(&hex(&stretched));
    let Halves { authentication, vault } = split(&stretched);
    expect_test::expect!["c82a4b95b0806db7a1d026fac48fc90324f4accf20909827ea7118cb66020da9"]
        .assert_eq(&hex(&authentication));
    expect_test::expect!["a2aa88c9a7e739be62516299ebcd364806f17c25cf551d2d8d62fa6284fb96ea"]
        .assert_eq(&hex(vault.bytes()));
    assert_ne!(stretch("copper lantern", b"0123456789abcdeg"), stretched);
}

#[test]
fn the_keys_of_rows_and_wraps_never_change() {
    let data = DataKey::from_bytes([7; 32]);
    expect_test::expect!["12d1f65acd02e4164e990e0755a87124c4b858c702fa66580c0697189e1c6ceb"]
        .assert_eq(&hex(&data.row_sealing()));
    expect_test::expect!["57f9cc4b192dbea092e32aef34de222b131198dfc1d02c75ed77081007b93617"]
        .assert_eq(&hex(&data.row_naming()));
    let wrap = WrapKey::from_bytes([7; 32]);
    expect_test::expect!["cb4c1467b72d9dab340342e1cb64422322064bdce0a626669362e2273e4d8c94"]
        .assert_eq(&hex(&wrap.sealing()));
}

#[test]
fn what_a_passkey_answers_becomes_the_same_keys_for_good() {
    assert_eq!(&PASSKEY_QUESTION, b"satchel passkey opens a vault v1");
    let answer = PasskeyAnswer::from_bytes([7; 32]);
    expect_test::expect!["8ba18f03c37e7793f4be543a6f393e744ceb92eeb5f0cd9a925867c4edf851f2"]
        .assert_eq(&hex(answer.key(b"one").bytes()));
    expect_test::expect!["fc2de294e880852594854cecaf2ced0e2a7a456b983f93a39911800184b3a29e"]
        .assert_eq(&hex(&answer.carrying(b"one")));
    assert_ne!(answer.key(b"one").bytes(), answer.key(b"two").bytes());
    let (half, name) = of_carried(&carried(&answer.key(b"one"), b"heron-52")).unwrap();
    assert_eq!((half.bytes(), &*name), (answer.key(b"one").bytes(), "heron-52"));
    assert!(of_carried(&[0; 31]).is_none() && of_carried(&[0xff; 33]).is_none());
}

#[test]
fn a_passkey_opens_beside_the_passphrase_and_is_taken_away_alone() {
    let (mut header, _) = header();
    let key = PasskeyAnswer::from_bytes([7; 32]).key(b"one");
    for name in [b"one", b"two"] {
        let credential = name.to_vec().into();
        let opens = Opens::Passkey { credential, question: PASSKEY_QUESTION };
        header.put(opens, [6; 12], vec![7; 48], Some(&key));
    }
    let header = Header::from_bytes(&header.to_bytes()).unwrap();
    assert_eq!(header.check(header.passkey(b"one").unwrap(), &key), Ok(()));
    assert_eq!(header.passkeys().collect::<Vec<_>>(), [b"one", b"two"]);
    // One passkey's wrap under the name of the other.
    let moved = Wrap {
        opens: header.passkey(b"two").unwrap().opens.clone(),
        ..header.passkey(b"one").unwrap().clone()
    };
    assert_eq!(header.check(&moved, &key), Err(WrapDamaged));
    let mut kept = header.clone();
    assert!(!kept.keep_passkeys(|_| true));
    assert!(kept.keep_passkeys(|name| name == b"two"));
    assert!(kept.passkey(b"one").is_none() && kept.passkey(b"two").is_some());
    assert!(kept.passphrase().is_some());
}

#[test]
fn what_a_keyboard_adds_does_not_matter() {
    for typed in ["copper lantern river", " Copper  lantern\triver ", "COPPER LANTERN RIVER\n"] {
        assert_eq!(stretched_text(typed), "copper lantern river");
    }
    assert_eq!(stretched_text("Ñandú Ámbar"), "ñandú ámbar");
    assert_ne!(stretched_text("copperlantern"), stretched_text("copper lantern"));
}

fn header() -> (Header, WrapKey) {
    let key = WrapKey::from_bytes([3; 32]);
    let mut header = Header::new([1; 16]);
    header.put(Opens::Passphrase { salt: [2; 16] }, [4; 12], vec![5; 48], Some(&key));
    (header, key)
}

#[test]
fn a_header_reads_back_and_its_bytes_never_change() {
    let (mut header, _) = header();
    header.put(Opens::RecoveryCode, [6; 12], vec![7; 48], Some(&WrapKey::from_bytes([8; 32])));
    header.put(Opens::Device, [9; 12], vec![10; 48], None);
    let bytes = header.to_bytes();
    assert_eq!(Header::from_bytes(&bytes), Some(header));
    expect_test::expect!["830150010101010101010101010101010101018384820050020202020202020202020202020202024c040404040404040404040404583005050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050558200ec99dffa69d57e9a275f9a09d54580215d61235bb4129d75f1199f11ae277168481014c060606060606060606060606583007070707070707070707070707070707070707070707070707070707070707070707070707070707070707070707070758209467392e6e4d46a1cb1703354eddd7bdf7d79c6b9bcc7d1ac58431e7003ed0e98381024c09090909090909090909090958300a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"].assert_eq(&hex(&bytes));
}

#[test]
fn a_wrap_answers_only_to_its_own_key_place_and_vault() {
    let (header, key) = header();
    let (_, wrap) = header.passphrase().unwrap();
    assert_eq!(header.check(wrap, &key), Ok(()));
    assert_eq!(header.check(wrap, &WrapKey::from_bytes([0; 32])), Err(WrapDamaged));
    assert_eq!(Header::new([0; 16]).check(wrap, &key), Err(WrapDamaged), "of another vault");
    let moved = Wrap { opens: Opens::RecoveryCode, ..wrap.clone() };
    assert_eq!(header.check(&moved, &key), Err(WrapDamaged), "as another kind");
    assert_ne!(header.bound_to(&wrap.opens), header.bound_to(&moved.opens));
}

#[test]
fn every_changed_byte_of_a_header_is_noticed() {
    let (header, key) = header();
    let bytes = header.to_bytes();
    for place in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[place] ^= 1 << bit;
            let Some(found) = Header::from_bytes(&changed) else {
                continue;
            };
            let opens = found.wraps().iter().any(|wrap| found.check(wrap, &key).is_ok());
            assert!(!opens, "bit {bit} of byte {place} was changed unseen");
        }
        assert_eq!(Header::from_bytes(&bytes[..place]), None, "cut after {place} bytes");
    }
}

#[test]
fn a_new_passphrase_takes_the_place_of_the_old_one() {
    let (mut header, old) = header();
    let new = WrapKey::from_bytes([9; 32]);
    header.put(Opens::RecoveryCode, [6; 12], vec![7; 48], Some(&new));
    header.put(Opens::Passphrase { salt: [8; 16] }, [5; 12], vec![6; 48], Some(&new));
    assert_eq!(header.wraps().len(), 2);
    let (salt, wrap) = header.passphrase().unwrap();
    assert_eq!(salt, [8; 16]);
    assert_eq!(header.check(wrap, &old), Err(WrapDamaged));
    assert_eq!(header.check(wrap, &new), Ok(()));
}

#[test]
fn a_recovery_code_reads_back_however_it_was_copied() {
    let code = RecoveryCode::fresh(&mut Counting(0));
    expect_test::expect!["H6FWX 2VR9Y 7MNTK G1PZC DJB88"].assert_eq(&code.text());
    let spoken = code.text().to_lowercase().replace(' ', "-").replace('0', "o").replace('1', "l");
    assert_eq!(RecoveryCode::parse(&spoken).as_ref(), Ok(&code));
    assert_eq!(RecoveryCode::parse(&code.text()).unwrap().key().bytes(), code.key().bytes());
    assert_eq!(RecoveryCode::parse("7QK2X M4D9P"), Err(NotACode::Length));
    assert_eq!(RecoveryCode::parse(&format!("{}7", code.text())), Err(NotACode::Length));
}

#[test]
fn every_single_slip_of_the_pen_in_a_code_is_found() {
    let code = RecoveryCode::fresh(&mut Counting(3)).text();
    for (place, letter) in code.char_indices().filter(|(_, letter)| *letter != ' ') {
        for other in "0123456789ABCDEFGHJKMNPQRSTVWXYZ".chars().filter(|other| *other != letter) {
            let mut slip = code.clone();
            slip.replace_range(place..=place, &other.to_string());
            assert_eq!(RecoveryCode::parse(&slip), Err(NotACode::Mistyped), "{slip}");
        }
    }
}

#[test]
fn a_sign_in_name_is_folded_and_is_no_number() {
    for (typed, folded) in [(" Heron-52 ", "heron-52"), ("blue.kite", "blue.kite")] {
        assert_eq!(SignInName::parse(typed).unwrap().text(), folded);
    }
    for (typed, why) in [
        ("abc", NotAName::Length),
        ("a23456789012345678901234567890123", NotAName::Length),
        ("19610409", NotAName::NoLetter),
        ("rosa delgado", NotAName::Sign),
        ("josé-92", NotAName::Sign),
        ("-heron", NotAName::Sign),
        ("", NotAName::Length),
    ] {
        assert_eq!(SignInName::parse(typed), Err(why), "{typed}");
    }
    assert_eq!(format!("{:?}", SignInName::parse("heron-52").unwrap()), "SignInName(..)");
}

#[test]
fn the_meter_is_honest_about_what_people_choose() {
    for weak in [
        "",
        "password",
        "Rosa1961",
        "rosa delgado 1961",
        "123456789012345",
        "aaaaaaaaaaaaaaaaaaaa",
        "qwertyuiop asdfghjkl",
        "copper copper copper copper copper",
        "P@ssw0rd!!",
        "abcdefghijklmnopqrstuvwxyz",
    ] {
        assert_eq!(strength(weak), Strength::Weak, "{weak}");
    }
    assert_eq!(strength("copper lantern river maple"), Strength::Fair);
    assert_eq!(strength("copper lantern river maple candle"), Strength::Strong);
    assert_eq!(strength("my grandson hid 3 frogs in the blue teapot"), Strength::Strong);
}

#[test]
fn proposed_words_come_from_the_whole_list() {
    let list: Vec<String> = (0..WORD_LIST_LENGTH).map(|number| format!("word{number}")).collect();
    let list = list.join("\n");
    let mut rng = Counting(1);
    let words = propose(&list, &mut rng).unwrap();
    assert_eq!(words.len(), super::PROPOSED_WORDS);
    assert!(words.iter().all(|word| list.lines().any(|known| known == word)));
    assert_ne!(propose(&list, &mut rng), Some(words));
    assert_eq!(propose("only\nthree\nwords", &mut rng), None);
}
