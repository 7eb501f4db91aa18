//! The fields and outputs of Opta's module types for AWS, as of August 2022.

/// What Opta's module types have.
#[derive(Debug)]
pub struct ModuleFacts {
    /// The short name of the type.
    pub kind: &'static str,
    /// The fields, besides `name` and `type`. None if all keys are allowed.
    pub fields: &'static [&'static str],
    /// The outputs, for `${{module.name.output}}`. None if they are not known.
    pub outputs: &'static [&'static str],
}

impl ModuleFacts {
    /// Returns the facts of a type, given without the prefix `aws-`.
    #[must_use]
    pub fn of(short_type: &str) -> Option<&'static Self> {
        MODULE_FACTS.iter().find(|facts| facts.kind == short_type)
    }
}

const MODULE_FACTS: &[ModuleFacts] = &[
    ModuleFacts {
        kind: "base",
        fields: &[
            "private_ipv4_cidr_blocks",
            "private_subnet_ids",
            "public_ipv4_cidr_blocks",
            "public_subnet_ids",
            "total_ipv4_cidr_block",
            "vpc_id",
            "vpc_log_retention",
        ],
        outputs: &[
            "kms_account_key_arn",
            "kms_account_key_id",
            "vpc_id",
            "private_subnet_ids",
            "public_subnets_ids",
            "s3_log_bucket_name",
            "public_nat_ips",
        ],
    },
    ModuleFacts {
        kind: "dns",
        fields: &["delegated", "domain", "linked_module", "upload_cert"],
        outputs: &["zone_id", "name_servers", "domain", "cert_arn"],
    },
    ModuleFacts {
        kind: "documentdb",
        fields: &["deletion_protection", "engine_version", "instance_class", "instance_count"],
        outputs: &["db_host", "db_user", "db_password"],
    },
    ModuleFacts {
        kind: "dynamodb",
        fields: &[
            "attributes",
            "billing_mode",
            "hash_key",
            "range_key",
            "read_capacity",
            "write_capacity",
        ],
        outputs: &["table_arn", "table_id", "kms_arn", "kms_id"],
    },
    ModuleFacts {
        kind: "k8s-cluster",
        fields: &[
            "ami_type",
            "control_plane_security_groups",
            "eks_log_retention",
            "enable_metrics",
            "k8s_version",
            "max_nodes",
            "min_nodes",
            "node_disk_size",
            "node_instance_type",
            "node_launch_template",
            "spot_instances",
        ],
        outputs: &[
            "k8s_endpoint",
            "k8s_ca_data",
            "k8s_cluster_name",
            "k8s_openid_provider_url",
            "k8s_openid_provider_arn",
            "k8s_node_group_security_id",
            "k8s_version",
        ],
    },
    ModuleFacts {
        kind: "iam-policy",
        fields: &["file"],
        outputs: &["policy_arn", "policy_id", "policy_name"],
    },
    ModuleFacts {
        kind: "iam-role",
        fields: &["allowed_iams", "allowed_k8s_services", "extra_iam_policies", "links"],
        outputs: &["role_arn"],
    },
    ModuleFacts {
        kind: "iam-user",
        fields: &["extra_iam_policies", "links"],
        outputs: &["user_arn"],
    },
    ModuleFacts {
        kind: "k8s-base",
        fields: &[
            "admin_arns",
            "cert_arn",
            "cert_manager_values",
            "domain",
            "expose_self_signed_ssl",
            "ingress_nginx_values",
            "linkerd_enabled",
            "linkerd_high_availability",
            "linkerd_values",
            "nginx_config",
            "nginx_enabled",
            "nginx_extra_tcp_ports",
            "nginx_extra_tcp_ports_tls",
            "nginx_high_availability",
            "zone_id",
        ],
        outputs: &["load_balancer_raw_dns", "load_balancer_arn"],
    },
    ModuleFacts {
        kind: "k8s-service",
        fields: &[],
        outputs: &["docker_repo_url", "current_image", "current_tag", "current_digest"],
    },
    ModuleFacts {
        kind: "mysql",
        fields: &[
            "backup_retention_days",
            "db_name",
            "engine_version",
            "instance_class",
            "multi_az",
            "safety",
        ],
        outputs: &["db_user", "db_password", "db_host", "db_name"],
    },
    ModuleFacts {
        kind: "nodegroup",
        fields: &[
            "ami_type",
            "labels",
            "max_nodes",
            "min_nodes",
            "node_disk_size",
            "node_instance_type",
            "spot_instances",
            "taints",
            "use_gpu",
        ],
        outputs: &[],
    },
    ModuleFacts {
        kind: "postgres",
        fields: &[
            "backup_retention_days",
            "create_global_database",
            "database_name",
            "engine_version",
            "existing_global_database_id",
            "extra_security_groups_ids",
            "instance_class",
            "multi_az",
            "restore_from_snapshot",
            "safety",
        ],
        outputs: &["db_user", "db_password", "db_host", "db_name", "global_database_id"],
    },
    ModuleFacts {
        kind: "redis",
        fields: &["node_type", "redis_version", "snapshot_retention_limit", "snapshot_window"],
        outputs: &["cache_host", "cache_auth_token"],
    },
    ModuleFacts {
        kind: "s3",
        fields: &[
            "block_public",
            "bucket_name",
            "bucket_policy",
            "cors_rule",
            "files",
            "same_region_replication",
        ],
        outputs: &["bucket_id", "bucket_arn", "cloudfront_read_path"],
    },
    ModuleFacts { kind: "ses", fields: &["mail_from_prefix"], outputs: &[] },
    ModuleFacts {
        kind: "sns",
        fields: &["content_based_deduplication", "fifo", "sqs_subscribers"],
        outputs: &["topic_arn", "kms_arn"],
    },
    ModuleFacts {
        kind: "sqs",
        fields: &[
            "content_based_deduplication",
            "delay_seconds",
            "fifo",
            "message_retention_seconds",
            "receive_wait_time_seconds",
        ],
        outputs: &["queue_arn", "queue_name", "queue_id", "kms_arn"],
    },
    ModuleFacts {
        kind: "vpn",
        fields: &["client_cidr_block", "kms_account_key_arn", "public_subnets_ids", "vpc_id"],
        outputs: &[
            "vpn_dns_name",
            "vpn_ca_cert_parameter_arn",
            "vpn_ca_key_parameter_arn",
            "ovpn_profile_parameter_arn",
        ],
    },
    ModuleFacts {
        kind: "cloudfront-distribution",
        fields: &[
            "acm_cert_arn",
            "allowed_methods",
            "bucket_name",
            "cached_methods",
            "default_page_file",
            "domains",
            "extra_headers",
            "links",
            "origin_access_identity_path",
            "price_class",
            "status_404_page_file",
            "status_500_page_file",
            "web_acl_id",
            "zone_id",
        ],
        outputs: &["cloudfront_domain"],
    },
    ModuleFacts {
        kind: "datadog",
        fields: &["api_key", "chart_version", "timeout", "values"],
        outputs: &[],
    },
    ModuleFacts {
        kind: "external-ssl-cert",
        fields: &["certificate_body_file", "certificate_chain_file", "domain", "private_key_file"],
        outputs: &["private_key", "certificate_body", "certificate_chain", "domain"],
    },
    ModuleFacts {
        kind: "global-accelerator",
        fields: &[
            "domain",
            "endpoint_id",
            "flow_logs_bucket",
            "flow_logs_enabled",
            "flow_logs_prefix",
            "zone_id",
        ],
        outputs: &[
            "global_accelerator_arn",
            "global_accelerator_dns_name",
            "global_accelerator_ip_addresses",
            "global_accelerator_endpoint_arns",
        ],
    },
    ModuleFacts {
        kind: "helm-chart",
        fields: &[
            "atomic",
            "chart",
            "chart_version",
            "cleanup_on_fail",
            "create_namespace",
            "dependency_update",
            "max_history",
            "namespace",
            "release_name",
            "repository",
            "timeout",
            "values",
            "values_file",
            "values_files",
            "wait",
            "wait_for_jobs",
        ],
        outputs: &[],
    },
    ModuleFacts { kind: "k8s-manifest", fields: &["file_path"], outputs: &[] },
    ModuleFacts {
        kind: "lambda-function",
        fields: &[
            "env_vars",
            "expose_via_domain",
            "extra_iam_policies",
            "filename",
            "handler",
            "runtime",
        ],
        outputs: &[
            "function_name",
            "function_arn",
            "cloudwatch_log_group_name",
            "cloudwatch_log_group_url",
            "lambda_trigger_uri",
        ],
    },
    ModuleFacts {
        kind: "mongodb-atlas",
        fields: &[
            "database_name",
            "mongodb_atlas_project_id",
            "mongodb_instance_size",
            "mongodbversion",
            "region",
        ],
        outputs: &[
            "db_user",
            "db_password",
            "mongodb_atlas_connection_string",
            "mongodb_atlas_ipaccesslist",
        ],
    },
];
