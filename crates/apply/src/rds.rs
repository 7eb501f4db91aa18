//! The certificates of Amazon RDS, one file per region (`scripts/rds-ca.mjs` writes them).

use optakit_core::api::RdsCertificates;

/// Returns the certificates for the region of each request.
pub(crate) fn of_any_region() -> RdsCertificates {
    RdsCertificates::by_region(|region| Some(certificates(region).into()))
}

macro_rules! certificates {
    ($($region:literal),* $(,)?) => {
        /// Whether the region has its own certificates.
        pub(crate) fn is_known(region: &str) -> bool {
            matches!(region, $($region)|*)
        }

        /// Returns the certificates of a region as PEM, or Amazon's public roots for an unknown
        /// region.
        pub(crate) fn certificates(region: &str) -> &'static str {
            match region {
                $( $region => include_str!(concat!("../../../assets/rds-ca/", $region, ".pem")), )*
                _ => include_str!("../../../assets/rds-ca/default.pem"),
            }
        }

        #[cfg(test)]
        const REGIONS: &[&str] = &[$($region),*];
    };
}

certificates![
    "af-south-1",
    "ap-east-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ca-central-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "me-central-1",
    "me-south-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

#[cfg(test)]
mod tests {
    use super::REGIONS;

    #[test]
    fn every_certificate_file_is_included() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/rds-ca");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .expect("the folder exists")
            .map(|entry| {
                entry
                    .expect("the folder can be listed")
                    .file_name()
                    .to_string_lossy()
                    .replace(".pem", "")
            })
            .filter(|region| region != "default")
            .collect();
        files.sort();
        assert_eq!(files, REGIONS);
    }
}
