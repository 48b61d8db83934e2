//! The query of an Engine.IO request, and in which order its faults are found.

use gigline_chat::engineio::{Refusal, Sid, Transport};

/// What a request says of itself. Anything else in the query is for the application, or to get past caches.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Query {
    pub(super) transport: Transport,
    pub(super) sid: Option<Sid>,
    /// Whether it speaks version 4.
    pub(super) current: bool,
}

impl Query {
    /// Reads a query. Errors: `UnknownTransport`; `UnknownSid` for a `sid` that cannot be one of ours.
    pub(super) fn parse(query: &str) -> Result<Self, Refusal> {
        let (mut transport, mut sid, mut version) = (None, None, None);
        for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match &*key {
                "transport" => transport = Some(value),
                "sid" => sid = Some(value),
                "EIO" => version = Some(value),
                _ => {}
            }
        }
        let transport = match transport.as_deref() {
            Some("polling") => Transport::Polling,
            Some("websocket") => Transport::WebSocket,
            _ => return Err(Refusal::UnknownTransport),
        };
        let sid =
            sid.filter(|sid| !sid.is_empty()).map(|sid| Sid::parse(&sid).ok_or(Refusal::UnknownSid)).transpose()?;
        Ok(Self { transport, sid, current: version.as_deref() == Some("4") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_order_will_do_and_strangers_are_ignored() {
        let sid = Sid::generate();
        let query = Query::parse(&format!("b64=1&sid={}&t=x1&transport=polling&EIO=4&token=%C3%A4", sid.as_str()));
        assert_eq!(query, Ok(Query { transport: Transport::Polling, sid: Some(sid), current: true }));
        let query = Query::parse("transport=websocket&EIO=4").unwrap();
        assert_eq!((query.transport, query.sid, query.current), (Transport::WebSocket, None, true));
    }

    #[test]
    fn the_transport_is_looked_at_before_the_sid_and_the_sid_before_the_version() {
        assert_eq!(Query::parse("sid=nobody&EIO=3"), Err(Refusal::UnknownTransport));
        assert_eq!(Query::parse("transport=carrier-pigeon&EIO=4"), Err(Refusal::UnknownTransport));
        assert_eq!(Query::parse("transport=polling&sid=nobody&EIO=3"), Err(Refusal::UnknownSid));
        for other in ["", "&EIO=3", "&EIO=abc", "&EIO=04"] {
            assert!(!Query::parse(&format!("transport=polling{other}")).unwrap().current, "{other}");
        }
    }
}
