//! Pictures, one and in pages, as the contract writes them.

use gigline_domain::JobId;
use gigline_persistence::Page;
use gigline_persistence::records::Picture;
use serde::Serialize;
use utoipa::ToSchema;

use crate::paging::encode;
use crate::wire::{Links, Time};

/// A picture. Its addresses are absolute and need no session.
#[derive(Serialize, ToSchema)]
#[schema(as = Asset)]
pub(crate) struct AssetBody {
    id: i64,
    url: String,
    thumbnail_url: String,
    /// Pixels.
    width: i64,
    /// Pixels.
    height: i64,
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    user_id: i64,
    /// Null for a picture of the person.
    job_id: Option<i64>,
}

impl AssetBody {
    pub(crate) fn new(picture: &Picture, links: &Links<'_>) -> Self {
        Self {
            id: picture.id.get(),
            url: links.file(&picture.blob),
            thumbnail_url: links.file(&picture.thumbnail_blob),
            width: picture.width,
            height: picture.height,
            created_at: Time(picture.created_at),
            user_id: picture.user_id.get(),
            job_id: picture.job_id.map(JobId::get),
        }
    }

    pub(crate) fn all(pictures: Vec<Picture>, links: &Links<'_>) -> Vec<Self> {
        pictures.into_iter().map(|picture| Self::new(&picture, links)).collect()
    }
}

/// A page of pictures.
#[derive(Serialize, ToSchema)]
pub(crate) struct AssetList {
    assets: Vec<AssetBody>,
    /// Null at the end.
    next_cursor: Option<String>,
}

impl AssetList {
    pub(crate) fn new(page: Page<Picture>, links: &Links<'_>) -> Self {
        Self { assets: AssetBody::all(page.items, links), next_cursor: page.next.as_ref().map(encode) }
    }
}
