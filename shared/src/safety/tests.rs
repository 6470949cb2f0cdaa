//! What the list finds, and what it must not.

use super::*;

fn found(medicines: &[&str], allergies: &[&str]) -> Vec<Why> {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    notices(&owned(medicines), &owned(allergies)).into_iter().map(|notice| notice.why).collect()
}

/// One example of each of the 15 pairs of the published table, some of them in Spanish.
const PUBLISHED: [(&str, &str, Risk); 17] = [
    ("Methylphenidate 20 mg", "Phenelzine 15 mg tablet", Risk::Pressure),
    ("Atazanavir 300 MG", "Omeprazol 20 mg cápsula", Risk::Weaker),
    ("Febuxostat 40 mg", "Azatioprina 50 mg", Risk::Blood),
    ("Fluoxetina 20 mg", "Selegiline 5 mg", Risk::Serotonin),
    ("Irinotecan", "Ketoconazole 200 mg", Risk::Stronger),
    ("Meperidine 50 mg", "Isocarboxazid 10 mg", Risk::Serotonin),
    ("Amitriptilina 25 mg", "Tranylcypromine 10 mg", Risk::Serotonin),
    ("Amiodarone 200 mg", "Haloperidol 5 mg", Risk::Heart),
    ("Ramelteon 8 mg", "Fluvoxamine 100 mg", Risk::Stronger),
    ("Rifampin 300 mg", "Darunavir 800 mg", Risk::Weaker),
    ("Simvastatin 40 mg", "Clarithromycin 500 mg", Risk::Muscles),
    ("Lovastatin 20 mg", "Ritonavir 100 mg", Risk::Muscles),
    ("Ergotamine 2 mg", "Itraconazole 100 mg", Risk::Vessels),
    ("Dihydroergotamine", "Nelfinavir 625 mg", Risk::Vessels),
    ("Tizanidina 4 mg", "Ciprofloxacino 500 mg", Risk::Stronger),
    ("Tranylcypromine 10 mg", "Procarbazine 50 mg", Risk::Pressure),
    ("Sumatriptan 50 mg", "Phenelzine 15 mg", Risk::Serotonin),
];

#[test]
fn every_pair_of_the_published_list_is_found_in_either_order() {
    for (one, other, risk) in PUBLISHED {
        for pair in [[one, other], [other, one]] {
            assert_eq!(found(&pair, &[]), [Why::Together(risk)], "{pair:?}");
        }
    }
}

#[test]
fn an_allergy_speaks_of_medicines_of_its_kind() {
    for (medicine, allergy) in [
        ("Amoxicillin 500 MG Oral Capsule", "Penicillin"),
        ("Amoxicilina 500 mg", "Alergia a la penicilina"),
        ("Sulfamethoxazole / Trimethoprim", "Sulfa drugs"),
        ("Advil 200 mg", "NSAIDs"),
        ("Atorvastatin 20 mg", "Statins: simvastatin"),
        ("Lisinopril 10 mg", "lisinopril"),
        ("Percocet 5/325", "Codeine"),
        ("Cephalexin 500 mg", "Keflex"),
        ("Metformin 500 mg", "metformin"),
    ] {
        assert_eq!(found(&[medicine], &[allergy]), [Why::Allergy], "{medicine} {allergy}");
    }
}

#[test]
fn the_same_medicine_under_two_names_and_two_of_one_kind_are_twice() {
    for pair in [
        ["Ibuprofen 200 mg", "Motrin 600 mg"],
        ["Tylenol PM", "Paracetamol 500 mg"],
        ["Lisinopril 10 mg", "Enalapril 5 mg"],
        ["Warfarin 5 mg", "Eliquis"],
        ["Naproxeno 500 mg", "Ibuprofeno 400 mg"],
    ] {
        assert_eq!(found(&pair, &[]), [Why::Twice], "{pair:?}");
    }
    // Of one ingredient alone nothing is said together, however often it is there.
    assert_eq!(found(&["Methadone 5 mg", "Methadone 10 mg"], &[]), [Why::Twice]);
}

#[test]
fn what_the_list_does_not_know_finds_nothing() {
    let usual = ["Metformin 500 mg", "Lisinopril 10 mg", "Atorvastatin 20 mg", "Aspirin 81 mg"];
    assert!(found(&usual, &["Peanuts", "Latex", "No known allergies"]).is_empty());
    assert!(found(&["", "  "], &["", "?"]).is_empty());
    assert!(found(&["Insulin glargine", "Insulin lispro"], &[]).is_empty());
}

#[test]
fn every_line_of_the_list_is_read() {
    let list = List::read();
    let class =
        |name: &str| assert!(list.classes.iter().any(|(known, _)| *known == name), "{name}");
    for line in LIST.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            ["version", _, ..] | ["class", _, ..] => {}
            ["pair", one, other, risk] => {
                class(one);
                class(other);
                assert!(risk_of(risk).is_some(), "{risk}");
            }
            ["allergy" | "twice", name] => class(name),
            other => panic!("{other:?}"),
        }
    }
    assert!(!version().is_empty());
}
