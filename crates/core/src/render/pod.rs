//! The parts of a pod that the service file sets directly.

use crate::model::k8s_service::K8sService;
use crate::model::ports::ServicePort;
use crate::model::toleration::Toleration;
use crate::span::{Defaulted, Spanned};
use crate::text::Text;
use crate::value::{Map, Value};

/// Returns a command or its arguments.
pub(super) fn words(words: &[Spanned<Text>]) -> Vec<Value> {
    words.iter().map(|word| Value::from(word.value.clone()).at(word.span)).collect()
}

/// Returns the ports of the container.
pub(super) fn container_ports(service: &K8sService) -> Vec<Value> {
    let port = |port: ServicePort| {
        Map::new()
            .with("name", port.name)
            .with("containerPort", Value::from(port.number).at(port.span))
            .with("protocol", "TCP")
            .into()
    };
    service.all_ports().into_iter().map(port).collect()
}

/// Returns the tolerations, or `None` if there are none.
pub(super) fn tolerations(service: &K8sService) -> Option<Vec<Value>> {
    let tolerations = &service.tolerations.value.0;
    (!tolerations.is_empty()).then(|| tolerations.iter().map(toleration).collect())
}

fn toleration(toleration: &Spanned<Toleration>) -> Value {
    let Toleration { key, value, effect } = &toleration.value;
    let text = |text: &Defaulted<Text>| Value::from(text.value.clone()).at(text.span);
    let key = key.as_ref().map(|key| Value::from(key.value.clone()).at(key.span));
    let map = Map::new().maybe("key", key).with("value", text(value)).with("effect", text(effect));
    Value::from(map).at(toleration.span)
}
