//! What a program may do, as SMART writes it (SMART App Launch 2.2, §3.0.2): `system/Task.ru`.

/// What is done to resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    Create,
    Read,
    Update,
    Search,
}

impl Deed {
    const fn letter(self) -> char {
        match self {
            Self::Create => 'c',
            Self::Read => 'r',
            Self::Update => 'u',
            Self::Search => 's',
        }
    }
}

/// The deeds in the order in which SMART writes them; `d` is understood and never allowed.
const LETTERS: &str = "cruds";

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scopes {
    /// A token that the host made by hand.
    All,
    Some(Vec<Scope>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Nothing if any type.
    kind: Option<String>,
    letters: String,
}

impl Scopes {
    /// Nothing if one of them is none that a program of the clinic can have.
    pub fn parse(text: &str) -> Option<Self> {
        let scopes: Option<Vec<_>> = text.split_whitespace().map(Scope::parse).collect();
        scopes.filter(|scopes| !scopes.is_empty()).map(Self::Some)
    }

    pub fn allow(&self, kind: &str, deed: Deed) -> bool {
        match self {
            Self::All => true,
            Self::Some(scopes) => scopes.iter().any(|scope| scope.allows(kind, deed)),
        }
    }

    /// Of what is asked for, what was granted. Nothing if none of it was.
    pub fn narrowed(&self, asked: &str) -> Option<String> {
        let all = asked.split_whitespace().filter_map(|text| {
            let scope = Scope::parse(text)?;
            self.holds(&scope).then_some(text)
        });
        let kept = all.collect::<Vec<_>>().join(" ");
        (!kept.is_empty()).then_some(kept)
    }

    fn holds(&self, asked: &Scope) -> bool {
        let Self::Some(scopes) = self else {
            return true;
        };
        let covers = |scope: &Scope, letter: char| {
            (scope.kind.is_none() || scope.kind == asked.kind) && scope.letters.contains(letter)
        };
        let mut letters = asked.letters.chars();
        letters.all(|letter| scopes.iter().any(|scope| covers(scope, letter)))
    }
}

impl Scope {
    fn parse(text: &str) -> Option<Self> {
        let (kind, letters) = text.strip_prefix("system/")?.split_once('.')?;
        let known = !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_alphabetic());
        let in_order = || {
            let mut places = letters.chars().map(|letter| LETTERS.find(letter));
            let mut last = None;
            places.all(|place| place.is_some() && place > std::mem::replace(&mut last, place))
        };
        let fits = !letters.is_empty() && in_order();
        (fits && (kind == "*" || known)).then(|| Self {
            kind: (kind != "*").then(|| kind.to_owned()),
            letters: letters.to_owned(),
        })
    }

    fn allows(&self, kind: &str, deed: Deed) -> bool {
        let named = self.kind.as_deref().is_none_or(|own| own == kind);
        named && self.letters.contains(deed.letter())
    }
}

#[cfg(test)]
mod tests {
    use super::{Deed, Scopes};

    #[test]
    fn a_scope_allows_what_it_says_and_no_more() {
        let scopes = Scopes::parse("system/Task.ru system/*.s").unwrap();
        for (kind, deed, allowed) in [
            ("Task", Deed::Read, true),
            ("Task", Deed::Update, true),
            ("Task", Deed::Create, false),
            ("Observation", Deed::Read, false),
            ("Observation", Deed::Search, true),
        ] {
            assert_eq!(scopes.allow(kind, deed), allowed, "{kind} {deed:?}");
        }
        assert!(Scopes::All.allow("Task", Deed::Create));
    }

    #[test]
    fn what_is_no_scope_of_a_program_is_refused() {
        for text in ["", "patient/Task.r", "system/Task", "system/Task.x", "system/Task.ur", "a b"]
        {
            assert_eq!(Scopes::parse(text), None, "{text}");
        }
    }

    #[test]
    fn of_what_is_asked_only_what_was_granted_is_given() {
        let scopes = Scopes::parse("system/Task.cru system/*.s").unwrap();
        let asked = "system/Task.ru system/Task.rd openid system/Patient.s system/*.r";
        assert_eq!(scopes.narrowed(asked).as_deref(), Some("system/Task.ru system/Patient.s"));
        assert_eq!(scopes.narrowed("system/Patient.r"), None);
    }
}
