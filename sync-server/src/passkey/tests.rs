//! What browsers and authenticators say, whole and with anything about it changed.

use std::cell::Cell;

use super::{Created, Flaw, Here, Holds, Known, Used, created, used};
use crate::encoded::hex;
use crate::testing::ORIGIN;
use crate::testing::authenticator::{
    Authenticator, BACKED_UP, ELIGIBLE, EXTENDED, NEW, PRESENT, Pair, Says, VERIFIED,
};

const CHALLENGE: [u8; 32] = [3; 32];
const USER: [u8; 32] = [5; 32];

fn here<T>(run: impl FnOnce(&Here<'_>) -> T) -> T {
    let waits = Cell::new(true);
    let takes = |one: &super::Challenge| one.text() == hex(&CHALLENGE) && waits.replace(false);
    run(&Here { is_own_origin: &|origin| origin == ORIGIN, takes: &takes })
}

fn authenticator(pair: Pair) -> Authenticator {
    let mut authenticator = Authenticator::new(pair);
    authenticator.user = USER.to_vec();
    authenticator
}

fn made(says: &Says) -> Result<Created, Flaw> {
    here(|here| created(here, &says.client(), &says.attestation()))
}

/// Signed as it is said.
fn signed(by: &Authenticator, says: &Says, key: &[u8]) -> Result<Holds, Flaw> {
    let (client, said, signature) = (says.client(), says.authenticator(), by.signature(says));
    let use_of =
        Used { client: &client, authenticator: &said, signature: &signature, user: &says.user };
    here(|here| used(here, &use_of, &Known { key, user: &USER, is_eligible: false }))
}

#[test]
fn three_kinds_of_keys_are_taken_and_prove_themselves() {
    for pair in [Pair::es256(), Pair::eddsa(), Pair::rs256()] {
        let by = authenticator(pair);
        let new = made(&by.creating(&hex(&CHALLENGE))).unwrap();
        assert_eq!(new.credential.bytes(), by.credential);
        let says = Says { counter: 9, ..by.using(&hex(&CHALLENGE)) };
        let holds = signed(&by, &says, &new.key).unwrap();
        assert_eq!(holds, Holds { counter: 9, is_backed_up: false });
        let other = authenticator(Pair::es256());
        let stranger = made(&other.creating(&hex(&CHALLENGE))).unwrap();
        assert_eq!(signed(&by, &says, &stranger.key), Err(Flaw::Signature));
    }
}

type Change = fn(&mut Says);

/// Of a new passkey and of one that is used alike.
const WRONG: [(Flaw, Change); 14] = [
    (Flaw::Client, |says| says.kind = "payment.get".into()),
    (Flaw::Challenge, |says| says.challenge[0] ^= 1),
    (Flaw::Challenge, |says| says.challenge.truncate(31)),
    (Flaw::Origin, |says| says.origin = "http://localhost:8081".into()),
    (Flaw::Origin, |says| says.origin = "http://localhost".into()),
    (Flaw::Origin, |says| says.origin = "https://localhost:8080".into()),
    (Flaw::Origin, |says| says.more = r#","topOrigin":"https://other.example""#.into()),
    (Flaw::Client, |says| says.more = r#","origin":"http://localhost:8080""#.into()),
    (Flaw::Site, |says| says.site = "other.example".into()),
    (Flaw::Unverified, |says| says.flags &= !VERIFIED),
    (Flaw::Unverified, |says| says.flags &= !PRESENT),
    (Flaw::Backup, |says| says.flags |= BACKED_UP),
    (Flaw::Unreadable, |says| says.flags |= EXTENDED),
    (Flaw::Unreadable, |says| says.behind = vec![0xa0]),
];

#[test]
fn whatever_is_wrong_is_refused_though_it_is_signed() {
    let by = authenticator(Pair::es256());
    let key = made(&by.creating(&hex(&CHALLENGE))).unwrap().key;
    for (number, (flaw, change)) in WRONG.into_iter().enumerate() {
        let mut says = by.using(&hex(&CHALLENGE));
        change(&mut says);
        assert_eq!(signed(&by, &says, &key), Err(flaw), "{number}");
        let mut says = by.creating(&hex(&CHALLENGE));
        change(&mut says);
        assert_eq!(made(&says), Err(flaw), "{number}");
    }
    let of_use: [(Flaw, Change); 5] = [
        (Flaw::Client, |says| says.kind = "webauthn.create".into()),
        (Flaw::Owner, |says| says.user[0] ^= 1),
        (Flaw::Owner, |says| says.user.clear()),
        (Flaw::Backup, |says| says.flags |= ELIGIBLE),
        (Flaw::Unreadable, |says| says.flags |= NEW),
    ];
    for (number, (flaw, change)) in of_use.into_iter().enumerate() {
        let mut says = by.using(&hex(&CHALLENGE));
        change(&mut says);
        assert_eq!(signed(&by, &says, &key), Err(flaw), "{number}");
    }
    let extended = |says: Says| Says { flags: says.flags | EXTENDED, behind: vec![0xa0], ..says };
    assert!(signed(&by, &extended(by.using(&hex(&CHALLENGE))), &key).is_ok());
    assert!(made(&extended(by.creating(&hex(&CHALLENGE)))).is_ok());
}

#[test]
fn a_challenge_that_was_wrongly_answered_is_used_up() {
    let by = authenticator(Pair::es256());
    let key = made(&by.creating(&hex(&CHALLENGE))).unwrap().key;
    let says = by.using(&hex(&CHALLENGE));
    let elsewhere = Says { origin: "https://other.example".into(), ..says.clone() };
    let outcome = here(|here| {
        [elsewhere, says.clone(), says].map(|says| {
            let (client, said) = (says.client(), says.authenticator());
            let signature = by.signature(&says);
            let use_of = Used {
                client: &client,
                authenticator: &said,
                signature: &signature,
                user: &says.user,
            };
            used(here, &use_of, &Known { key: &key, user: &USER, is_eligible: false })
        })
    });
    assert_eq!(outcome, [Err(Flaw::Origin), Err(Flaw::Challenge), Err(Flaw::Challenge)]);
}

#[test]
fn a_new_key_is_one_of_the_three_kinds_and_nothing_else() {
    let by = authenticator(Pair::es256());
    let with = |key: Vec<u8>| made(&Says { key, ..by.creating(&hex(&CHALLENGE)) });
    let good = by.creating(&hex(&CHALLENGE)).key;
    assert!(with(good.clone()).is_ok());
    // kty, alg, crv of the map, and the field's number of x: each must be what it is.
    for place in [0, 1, 2, 3, 4, 5, 6, 7] {
        let mut key = good.clone();
        key[place] ^= 1;
        assert!(with(key).is_err(), "{place}");
    }
    let es384 = [&[0xa5, 1, 2, 3, 0x38, 34, 0x20, 2], &good[7..]].concat();
    for key in [Vec::new(), vec![0xa0], vec![0xbf, 0xff], vec![0xbb; 9], es384] {
        assert_eq!(with(key.clone()), Err(Flaw::Key), "{key:?}");
    }
    // The same field twice, in place of another.
    let mut twice = good;
    let last = twice.len() - 35;
    assert_eq!(twice[last], 0x22);
    twice[last] = 0x21;
    assert_eq!(with(twice), Err(Flaw::Key));
    let short = Says { credential: vec![1; 15], ..by.creating(&hex(&CHALLENGE)) };
    assert_eq!(made(&short), Err(Flaw::Unreadable));
}

#[test]
fn every_flipped_bit_and_every_cut_of_a_use_is_refused() {
    for pair in [Pair::es256(), Pair::eddsa()] {
        let by = authenticator(pair);
        let key = made(&by.creating(&hex(&CHALLENGE))).unwrap().key;
        let says = by.using(&hex(&CHALLENGE));
        let whole = [says.client(), says.authenticator(), by.signature(&says)];
        let check = |parts: &[Vec<u8>; 3]| {
            let [client, authenticator, signature] = parts;
            let use_of = Used { client, authenticator, signature, user: &USER };
            here(|here| used(here, &use_of, &Known { key: &key, user: &USER, is_eligible: false }))
        };
        assert!(check(&whole).is_ok());
        for part in 0..3 {
            for place in 0..whole[part].len() {
                for bit in 0..8 {
                    let mut changed = whole.clone();
                    changed[part][place] ^= 1 << bit;
                    assert!(check(&changed).is_err(), "part {part}, byte {place}, bit {bit}");
                }
                let mut cut = whole.clone();
                cut[part].truncate(place);
                assert!(check(&cut).is_err(), "part {part}, cut at {place}");
            }
            let mut longer = whole.clone();
            longer[part].push(0);
            assert!(check(&longer).is_err(), "part {part}, longer");
        }
    }
}

#[test]
fn what_comes_with_a_new_passkey_is_read_whole_or_not_at_all() {
    let says = authenticator(Pair::eddsa()).creating(&hex(&CHALLENGE));
    let (client, whole) = (says.client(), says.attestation());
    let check = |attestation: &[u8]| here(|here| created(here, &client, attestation));
    assert!(check(&whole).is_ok());
    for place in 0..whole.len() {
        assert!(check(&whole[..place]).is_err(), "cut at {place}");
        // Whatever becomes of it, it ends: lengths that claim more than there is among them.
        for byte in 0..=255 {
            let mut changed = whole.clone();
            changed[place] = byte;
            let _ends = check(&changed);
        }
    }
    assert!(check(&[whole.clone(), vec![0]].concat()).is_err());
    assert!(check(&vec![0x81; 24 * 1024]).is_err(), "lists within lists");
    assert!(check(&vec![0; 24 * 1024 + 1]).is_err());
}
