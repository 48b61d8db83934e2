//! Ids in paths: what is no positive 64-bit integer names nothing, so it is not found.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use gigline_domain::{AssetId, ChatId, JobId, MessageId, RatingId, UserId};

use crate::error::{ApiError, ApiResult};

fn id(request: &HttpRequest, name: &str) -> ApiResult<i64> {
    let text = request.match_info().get(name).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    text.and_then(|text| text.parse().ok()).ok_or(ApiError::NotFound)
}

/// Declares what a path names, in the words of its pattern.
macro_rules! path {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $id:ident),+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub(crate) struct $name {
            $(pub(crate) $field: $id,)+
        }

        impl FromRequest for $name {
            type Error = ApiError;
            type Future = Ready<ApiResult<Self>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                let read = || Ok(Self { $($field: $id::new(id(request, stringify!($field))?),)+ });
                ready(read())
            }
        }
    };
}

path!(/// `/api/user/{user}`
    UserPath { user: UserId });
path!(/// `/api/job/{job}`
    JobPath { job: JobId });
path!(/// `/api/user/{user}/job/{job}` and `/api/job/{job}/user/{user}`
    UserJobPath { user: UserId, job: JobId });
path!(/// `/api/user/{user}/rating/{target}`: a user or a rating, by its size.
    RatePath { user: UserId, target: RatingId });
path!(/// `/api/rating/{rating}`
    RatingPath { rating: RatingId });
path!(/// `/api/asset/{asset}`
    AssetPath { asset: AssetId });
path!(/// `/api/chat/{chat}`
    ChatPath { chat: ChatId });
path!(/// `/api/message/{message}`
    MessagePath { message: MessageId });
