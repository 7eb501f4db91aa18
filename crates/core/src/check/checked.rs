//! The type of values without errors.

use crate::model::image::Image;
use crate::model::k8s_service::K8sService;
use crate::model::link::Link;
use crate::span::Spanned;

/// A value that passed every check. Only this stage creates it, so rendering cannot fail.
#[derive(Clone, Debug)]
pub struct Checked<T>(T);

impl<T> std::ops::Deref for Checked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl Checked<K8sService> {
    /// Returns the service, if it has the required fields.
    pub(super) fn new(service: K8sService) -> Option<Self> {
        service.image.is_some().then_some(Self(service))
    }

    /// Returns the image.
    #[must_use]
    pub fn image(&self) -> &Spanned<Image> {
        self.0.image.as_ref().expect("a checked service has an image")
    }

    /// Returns the links in file order.
    #[must_use]
    pub fn links(&self) -> &[Link] {
        &self.0.links.value.0
    }
}
