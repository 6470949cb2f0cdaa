//! One icon of `assets/icons.svg`. Never alone: words stand beside it or in the control's name.

use leptos::prelude::*;

use super::platform::setting;

macro_rules! icons {
    ($($name:ident = $id:literal),+ $(,)?) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Icon { $($name),+ }

        impl Icon {
            #[cfg(test)]
            const ALL: &[Icon] = &[$(Icon::$name),+];

            const fn id(self) -> &'static str {
                match self { $(Icon::$name => $id),+ }
            }
        }
    };
}

icons! {
    Alert = "alert",
    Attach = "attach",
    Back = "back",
    Bag = "bag",
    Calendar = "calendar",
    Call = "call",
    Check = "check",
    Checks = "check2",
    Chevron = "chevron",
    ChevronDown = "chevron-down",
    Circle = "circle",
    Clock = "clock",
    Close = "x",
    Document = "doc",
    Down = "down",
    Download = "download",
    Edit = "edit",
    Eye = "eye",
    Flag = "flag",
    Home = "home",
    Info = "info",
    Lock = "lock",
    Message = "message",
    Offline = "offline",
    Ok = "ok",
    Person = "person",
    Phone = "phone",
    Pill = "pill",
    Plus = "plus",
    Pulse = "pulse",
    Record = "record",
    Refresh = "refresh",
    Results = "results",
    Search = "search",
    Send = "send",
    Sending = "sending",
    Settings = "settings",
    Share = "share",
    Synced = "synced",
    Up = "up",
    Vaccine = "vaccine",
}

impl Icon {
    /// Icons that point along the line turn with it.
    const fn points_along(self) -> bool {
        matches!(self, Icon::Back | Icon::Chevron | Icon::Send)
    }
}

#[component]
pub(crate) fn Picture(of: Icon) -> AnyView {
    let class = if of.points_along() { "icon flip" } else { "icon" };
    let href = format!("{}#{}", setting("icons").unwrap_or_default(), of.id());
    view! { <svg class=class aria-hidden="true"><use href=href/></svg> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::Icon;

    #[test]
    fn the_file_holds_exactly_the_icons_that_are_used() {
        let file = include_str!("../../../assets/icons.svg");
        for icon in Icon::ALL {
            assert!(file.contains(&format!("id=\"{}\"", icon.id())), "{icon:?} is missing");
        }
        assert_eq!(file.matches("<symbol").count(), Icon::ALL.len());
    }
}
