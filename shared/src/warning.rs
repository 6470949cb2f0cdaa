//! Warning signs in what somebody writes: words that may need an emergency call and not a message.
//! Found on the device before anything is saved, and once more at the clinic. Finding nothing means
//! nothing: no screen may ever say that a message is safe.

mod words;

use std::sync::LazyLock;

use self::words::{Group, Text, Word, exact_hits, fits, group, hits, words};

/// The list, as a clinician reads it.
const SIGNS: &str = include_str!("warning/signs.txt");
/// The same, taken apart once: it has thousands of alternatives.
static RULES: LazyLock<Vec<Rule>> =
    LazyLock::new(|| SIGNS.lines().filter_map(Rule::read).collect());
/// What speaks against signs, taken apart once.
static ASIDE: LazyLock<[Group; 3]> = LazyLock::new(|| [OTHER_TIME, OVER, NO_THOUGHTS].map(group));
/// Longer texts are scanned up to here; a message is shorter.
const WORDS_MAX: usize = 4_000;

/// A sign and the author's own words that show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sign {
    pub code: &'static str,
    pub words: String,
}

/// Each kind of sign once, in the order of the list.
pub fn signs(text: &str) -> Vec<Sign> {
    let mut words = words(text);
    words.truncate(WORDS_MAX);
    let sought = Text::of(words);
    let (words, aside) = (&sought.words, Aside::of(&sought));
    let mut found: Vec<Sign> = Vec::new();
    for rule in RULES.iter() {
        if found.iter().any(|sign| sign.code == rule.code) {
            continue;
        }
        if let Some((first, last)) = rule.find(&sought, &aside) {
            let said = &text[words[first].start..words[last].end];
            found.push(Sign { code: rule.code, words: said.to_owned() });
        }
    }
    found
}

/// Of each word, whether it is told of something that is not now, and whether it denies such thoughts.
struct Aside {
    elsewhere: Vec<bool>,
    no_thoughts: Vec<bool>,
}

impl Aside {
    fn of(text: &Text) -> Self {
        let words = &text.words[..];
        let [other_time, over, no_thoughts] = &*ASIDE;
        let mut aside =
            Self { elsewhere: vec![false; words.len()], no_thoughts: vec![false; words.len()] };
        for (place, _) in exact_hits(other_time, text) {
            mark(&mut aside.elsewhere, words, |word| word.clause == words[place].clause);
        }
        for (place, _) in exact_hits(over, text) {
            mark(&mut aside.elsewhere, words, |word| word.sentence == words[place].sentence);
        }
        for (place, _) in exact_hits(no_thoughts, text) {
            mark(&mut aside.no_thoughts, words, |word| word.clause == words[place].clause);
        }
        aside
    }

    /// Grief and illness of long ago are among the reasons for harming oneself: they speak against
    /// any sign but this one.
    fn holds(&self, code: &str, (first, last): (usize, usize)) -> bool {
        let which = if code == "self_harm" { &self.no_thoughts } else { &self.elsewhere };
        which[first..=last].iter().any(|aside| *aside)
    }
}

fn mark(marks: &mut [bool], words: &[Word], same: impl Fn(&Word) -> bool) {
    for (word, mark) in words.iter().zip(marks) {
        *mark |= same(word);
    }
}

/// One line of the list.
struct Rule {
    code: &'static str,
    within: usize,
    /// A "no" before it belongs to it.
    holds_no: bool,
    /// It is part of names too.
    is_name: bool,
    groups: Vec<Group>,
}

impl Rule {
    fn read(line: &'static str) -> Option<Self> {
        let (head, groups) = line.split_once(':').filter(|_| !line.starts_with('#'))?;
        let mut head = head.split(' ');
        let code = head.next()?;
        let within = head.next()?.parse().ok()?;
        let (mut holds_no, mut is_name) = (false, false);
        for sign in head {
            holds_no |= sign == "!";
            is_name |= sign == "~";
        }
        let groups = groups.split(" / ").map(group).collect();
        Some(Self { code, within, holds_no, is_name, groups })
    }

    /// The first and the last word of the first place where it holds.
    fn find(&self, text: &Text, aside: &Aside) -> Option<(usize, usize)> {
        let words = &text.words[..];
        let mut groups = Vec::new();
        for group in &self.groups {
            let hits = hits(group, text);
            let meant =
                hits.into_iter().filter(|(first, _)| self.holds_no || !is_denied(words, *first));
            groups.push(meant.collect::<Vec<_>>());
            // Most lists end here for most texts.
            if groups.last().is_some_and(Vec::is_empty) {
                return None;
            }
        }
        let (anchors, others) = groups.split_first()?;
        let spans = anchors.iter().filter_map(|anchor| self.around(others, *anchor));
        spans.into_iter().find(|span| self.is_meant(words, aside, *span))
    }

    /// Widens the span by the nearest word of each other group.
    fn around(
        &self,
        others: &[Vec<(usize, usize)>],
        anchor: (usize, usize),
    ) -> Option<(usize, usize)> {
        let (mut first, mut last) = anchor;
        for hits in others {
            // What is the anchor already is nothing more.
            let apart = hits.iter().filter(|(start, end)| *end < anchor.0 || *start > anchor.1);
            let far = |(start, end): &&(usize, usize)| {
                if *end < anchor.0 { anchor.0 - end } else { start - anchor.1 }
            };
            let near = apart.filter(|hit| far(hit) <= self.within).min_by_key(far)?;
            (first, last) = (first.min(near.0), last.max(near.1));
        }
        Some((first, last))
    }

    /// Neither denied nor told of another time, nor the name of a clinic or a medicine.
    fn is_meant(&self, words: &[Word], aside: &Aside, (first, last): (usize, usize)) -> bool {
        let same = |word: &&Word| word.sentence == words[first].sentence;
        let mut next = words[last + 1..].iter().take(2).filter(same);
        let named = self.is_name && next.any(|word| fits(NAMED, word));
        !named && !aside.holds(self.code, (first, last))
    }
}

/// Words that turn what follows into its opposite.
const NO: &str = "no|not|without|never|denies|deny|denied|dont|doesnt|didnt|havent|hasnt|isnt|wasnt|\
    nor|neither|negative|sin|nunca|ni|tampoco|niega|niego|ningun|ninguna|jamas|zero";
/// After these a "no" says that something cannot be done or does not end, which is no denial.
const NOT_A_DENIAL: &str = "puedo|puede|puedes|podia|pude|se|para|deja|aguanto|aguanta|quita|soporto|\
    stop*|sleep*|slept|going|better|work*|sure|duermo|dormi|dormir|mejora*|cede|sabe|know|able|even|only|just|solo";
/// What an appointment, a leaflet or a medicine is called after.
const NAMED: &str = "clinic*|medic*|med|meds|pill|pills|class|classes|test|tests|screening|form|forms|\
    study|estudio*|specialist|foundation|awareness|free|prueba*|examen*|curso|association|unit|program*|\
    survivor*|support|group|pastilla*|prevent*|pamphlet|article|articulo|folleto|walk|charla|taller";
/// Told of the past, of a family, or asked about in general.
const OTHER_TIME: &str = "years_ago|year_ago|months_ago|last_year|decades_ago|as_a_child|as_a_kid|\
    when_i_was|when_she_was|when_he_was|used_to|history_of|family_history|runs_in|in_#1930-2025|\
    after_my_seizure_in|risk_of|prevent|preventing|what_are_the_signs|what_are_signs|in_case_of|\
    when_i_saw_the|warning_signs_of|should_i_do_if|blacked_out_the|support_group|said_to_report|\
    shaving|thesis|when_should_i|last_month|last_summer|last_fall|last_spring|last_winter|podcast|\
    webinar|hace_#1-90_anos|hace_#1-90_meses|hace_anos|hace_once_anos|hace_diez_anos|hace_cinco_anos|\
    hace_dos_anos|hace_tres_anos|hace_muchos_anos|hace_varios_anos|hace_un_ano|ano_pasado|de_nino|\
    de_nina|de_chico|de_chica|de_chiquito|de_chiquita|de_pequeno|de_pequena|de_bebe|de_joven|\
    cuando_era|cuando_tenia|antecedente*|historial_de|en_#1930-2025|riesgo_de|prevenir|prevencion|\
    cuales_son_los|que_sintomas|en_caso_de|ganas_de_que|cuando_vi_la|que_hago_si|grupo_de_apoyo|\
    es_cierto|es_verdad|afeit*|tesis|es_broma|a_partir_de|por_si_acaso|cribado|verano_pasado|\
    mes_pasado";

/// It was, and it is over; wherever in a sentence that stands.
const OVER: &str = "all_better|are_gone|all_gone|is_gone|ya_se_quito|ya_se_me_quito|ya_esta_bien|\
    none_so_far";

/// What a form about mood asks, answered with no.
const NO_THOUGHTS: &str = "no_thoughts|any_thoughts|no_tengo_ideas|not_suicidal|no_suicidal|\
    no_he_pensado";

/// Whether a "no" stands shortly before, in the same breath.
fn is_denied(words: &[Word], first: usize) -> bool {
    let clause = words[first].clause;
    (first.saturating_sub(4)..first).any(|place| {
        words[place].clause == clause
            && fits(NO, &words[place])
            && !fits(NOT_A_DENIAL, &words[place + 1])
    })
}

#[cfg(test)]
mod labelled;
#[cfg(test)]
mod tests;
