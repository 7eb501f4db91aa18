//! The table of module types, as of August 2022.

use super::cloud::Cloud;
use super::module_type::{BUCKET_NAME, K8S_SERVICE, ModuleType, RequiredField, cloud_bit};

const AWS: u8 = cloud_bit(Cloud::Aws);
const GOOGLE: u8 = cloud_bit(Cloud::Google);
const AZURE: u8 = cloud_bit(Cloud::Azure);
const LOCAL: u8 = cloud_bit(Cloud::Local);
const ALL: u8 = AWS | GOOGLE | AZURE | LOCAL;

/// The module types of Opta. The types of one name differ between clouds.
pub const MODULE_TYPES: &[ModuleType] = &[
    ModuleType::new(K8S_SERVICE, ALL)
        .exported("docker_repo_url current_image current_tag current_digest"),
    ModuleType::new("base", AWS)
        .fields(
            "private_ipv4_cidr_blocks private_subnet_ids public_ipv4_cidr_blocks \
             public_subnet_ids total_ipv4_cidr_block vpc_id vpc_log_retention",
        )
        .exported(
            "kms_account_key_arn kms_account_key_id vpc_id private_subnet_ids \
             public_subnets_ids s3_log_bucket_name public_nat_ips",
        ),
    ModuleType::new("base", GOOGLE)
        .fields(
            "cluster_ipv4_cidr_block k8s_master_ipv4_cidr_block private_ipv4_cidr_block \
             services_ipv4_cidr_block",
        )
        .exported(
            "kms_account_key_id vpc_id vpc_self_link private_subnet_id private_subnet_self_link \
             k8s_master_ipv4_cidr_block public_nat_ips",
        ),
    ModuleType::new("base", AZURE)
        .fields("private_ipv4_cidr_block subnet_ipv4_cidr_block")
        .exported(
            "vpc_id vpc_name private_subnet_id private_subnet_name acr_id acr_name \
             acr_login_url public_nat_ips",
        ),
    ModuleType::new("base", LOCAL).exported("k8s_cluster_name public_nat_ips"),
    ModuleType::new("dns", AWS)
        .fields("delegated domain linked_module upload_cert")
        .exported("zone_id name_servers domain cert_arn"),
    ModuleType::new("dns", GOOGLE)
        .fields("delegated domain subdomains")
        .exported("zone_id zone_name name_servers domain delegated cert_self_link"),
    ModuleType::new("k8s-cluster", AWS)
        .fields(
            "ami_type control_plane_security_groups eks_log_retention enable_metrics \
             k8s_version max_nodes min_nodes node_disk_size node_instance_type \
             node_launch_template spot_instances",
        )
        .exported(
            "k8s_endpoint k8s_ca_data k8s_cluster_name k8s_openid_provider_url \
             k8s_openid_provider_arn k8s_node_group_security_id k8s_version",
        ),
    ModuleType::new("k8s-cluster", GOOGLE)
        .fields("gke_channel max_nodes min_nodes node_disk_size node_instance_type preemptible")
        .exported("k8s_endpoint k8s_ca_data k8s_cluster_name"),
    ModuleType::new("k8s-cluster", AZURE)
        .fields(
            "admin_group_object_ids dns_service_ip kubernetes_version max_nodes min_nodes \
             node_disk_size node_instance_type service_cidr",
        )
        .exported("k8s_endpoint k8s_ca_data k8s_cluster_name client_cert client_key"),
    ModuleType::new("k8s-base", AWS)
        .fields(
            "admin_arns cert_arn cert_manager_values domain expose_self_signed_ssl \
             ingress_nginx_values linkerd_enabled linkerd_high_availability linkerd_values \
             nginx_config nginx_enabled nginx_extra_tcp_ports nginx_extra_tcp_ports_tls \
             nginx_high_availability zone_id",
        )
        .exported("load_balancer_raw_dns load_balancer_arn"),
    ModuleType::new("k8s-base", GOOGLE)
        .fields(
            "cert_manager_values expose_self_signed_ssl ingress_nginx_values linkerd_enabled \
             linkerd_high_availability linkerd_values nginx_config nginx_enabled \
             nginx_high_availability",
        )
        .exported("load_balancer_raw_ip"),
    ModuleType::new("k8s-base", AZURE)
        .fields(
            "cert_manager_values ingress_nginx_values linkerd_enabled linkerd_high_availability \
             linkerd_values nginx_config nginx_enabled nginx_high_availability",
        )
        .exported("load_balancer_raw_ip"),
    ModuleType::new("postgres", AWS)
        .fields(
            "backup_retention_days create_global_database database_name engine_version \
             existing_global_database_id extra_security_groups_ids instance_class multi_az \
             restore_from_snapshot safety",
        )
        .exported("global_database_id")
        .internal("db_user db_password db_host db_name"),
    ModuleType::new("postgres", GOOGLE)
        .fields("engine_version instance_tier safety")
        .internal("db_user db_password db_host db_name"),
    ModuleType::new("postgres", AZURE)
        .fields("engine_version sku_name")
        .internal("db_user db_password db_host db_name"),
    ModuleType::new("postgres", LOCAL).internal("db_user db_password db_host db_name"),
    ModuleType::new("mysql", AWS)
        .fields("backup_retention_days db_name engine_version instance_class multi_az safety")
        .internal("db_user db_password db_host db_name"),
    ModuleType::new("mysql", GOOGLE)
        .fields("engine_version instance_tier safety")
        .internal("db_user db_password db_host db_name"),
    ModuleType::new("mysql", LOCAL).internal("db_user db_password db_host db_name"),
    ModuleType::new("redis", AWS)
        .fields("node_type redis_version snapshot_retention_limit snapshot_window")
        .exported("cache_host")
        .internal("cache_auth_token"),
    ModuleType::new("redis", GOOGLE)
        .fields("high_availability memory_size_gb redis_version")
        .exported("cache_host")
        .internal("cache_auth_token"),
    ModuleType::new("redis", AZURE)
        .fields("capacity family sku_name")
        .exported("cache_host")
        .internal("cache_auth_token"),
    ModuleType::new("redis", LOCAL).exported("cache_host"),
    ModuleType::new("documentdb", AWS)
        .fields("deletion_protection engine_version instance_class instance_count")
        .exported("db_host db_user")
        .internal("db_password"),
    ModuleType::new("mongodb", LOCAL).exported("db_host db_user").internal("db_password"),
    ModuleType::new("mongodb-atlas", AWS | LOCAL)
        .fields(
            "database_name mongodb_atlas_project_id mongodb_instance_size mongodbversion region",
        )
        .internal("db_user db_password mongodb_atlas_connection_string mongodb_atlas_ipaccesslist"),
    ModuleType::new("s3", AWS)
        .fields("block_public bucket_name bucket_policy cors_rule files same_region_replication")
        .exported("bucket_id bucket_arn cloudfront_read_path")
        .required(&[RequiredField { name: BUCKET_NAME, example: "acme-media" }]),
    ModuleType::new("gcs", GOOGLE)
        .fields("block_public bucket_name")
        .exported("bucket_id bucket_name"),
    ModuleType::new("sqs", AWS)
        .fields(
            "content_based_deduplication delay_seconds fifo message_retention_seconds \
             receive_wait_time_seconds",
        )
        .exported("queue_arn queue_name queue_id")
        .internal("kms_arn"),
    ModuleType::new("sns", AWS)
        .fields("content_based_deduplication fifo sqs_subscribers")
        .exported("topic_arn")
        .internal("kms_arn"),
    ModuleType::new("dynamodb", AWS)
        .fields("attributes billing_mode hash_key range_key read_capacity write_capacity")
        .exported("table_arn table_id kms_arn kms_id"),
    ModuleType::new("ses", AWS).fields("mail_from_prefix"),
    ModuleType::new("iam-role", AWS)
        .fields("allowed_iams allowed_k8s_services extra_iam_policies links")
        .exported("role_arn"),
    ModuleType::new("iam-user", AWS).fields("extra_iam_policies links").exported("user_arn"),
    ModuleType::new("iam-policy", AWS).fields("file").exported("policy_arn policy_id policy_name"),
    ModuleType::new("service-account", GOOGLE)
        .fields("additional_iam_roles allowed_k8s_services explicit_name links")
        .exported("service_account_id service_account_email"),
    ModuleType::new("nodegroup", AWS).fields(
        "ami_type labels max_nodes min_nodes node_disk_size node_instance_type \
             spot_instances taints use_gpu",
    ),
    ModuleType::new("nodegroup", GOOGLE).fields(
        "gke_channel max_nodes min_nodes node_disk_size node_instance_type preemptible \
             taints",
    ),
    ModuleType::new("vpn", AWS)
        .fields("client_cidr_block kms_account_key_arn public_subnets_ids vpc_id")
        .exported("vpn_dns_name ovpn_profile_parameter_arn")
        .internal("vpn_ca_cert_parameter_arn vpn_ca_key_parameter_arn"),
    ModuleType::new("helm-chart", ALL).fields(
        "atomic chart chart_version cleanup_on_fail create_namespace dependency_update \
             max_history namespace release_name repository timeout values values_file \
             values_files wait wait_for_jobs",
    ),
    ModuleType::new("k8s-manifest", ALL).fields("file_path"),
    ModuleType::new("datadog", AWS | GOOGLE | AZURE).fields("api_key chart_version timeout values"),
    ModuleType::new("cloudfront-distribution", AWS)
        .fields(
            "acm_cert_arn allowed_methods bucket_name cached_methods default_page_file domains \
             extra_headers links origin_access_identity_path price_class status_404_page_file \
             status_500_page_file web_acl_id zone_id",
        )
        .exported("cloudfront_domain"),
    ModuleType::new("global-accelerator", AWS)
        .fields("domain endpoint_id flow_logs_bucket flow_logs_enabled flow_logs_prefix zone_id")
        .exported(
            "global_accelerator_arn global_accelerator_dns_name global_accelerator_ip_addresses \
             global_accelerator_endpoint_arns",
        ),
    ModuleType::new("external-ssl-cert", AWS | GOOGLE | AZURE)
        .fields("certificate_body_file certificate_chain_file domain private_key_file")
        .exported("domain")
        .internal("private_key certificate_body certificate_chain"),
    ModuleType::new("lambda-function", AWS)
        .fields("env_vars expose_via_domain extra_iam_policies filename handler runtime")
        .exported(
            "function_name function_arn cloudwatch_log_group_name cloudwatch_log_group_url \
             lambda_trigger_uri",
        ),
    ModuleType::new("external-state", ALL).fields("backend_type config"),
    ModuleType::new("custom-terraform", ALL)
        .fields("path_to_module source terraform_inputs version"),
    ModuleType::new("static-site", ALL),
    ModuleType::new("runx", ALL),
    ModuleType::new("linkerd", ALL),
    ModuleType::new("ecs-service", ALL),
    ModuleType::new("sagemaker-endpoint", ALL),
    ModuleType::new("ssh-key", ALL),
    ModuleType::new("kubernetes-manifest", ALL),
];
