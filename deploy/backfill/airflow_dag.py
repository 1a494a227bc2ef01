"""Recomputes yesterday every morning: what came late becomes corrections, under the next revision.

Runs the image of deploy/Dockerfile on Kubernetes, one pod a day. A try that follows a failed one goes on with the finished slices,
which are on the claim. Needs Airflow 2.9 or newer with the provider for Kubernetes.
"""

from datetime import datetime, timedelta

from airflow.decorators import dag
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from kubernetes.client import models as k8s

WORK = k8s.V1Volume(
    name="work",
    persistent_volume_claim=k8s.V1PersistentVolumeClaimVolumeSource(claim_name="windrow-work"),
)


@dag(
    dag_id="windrow_corrections",
    schedule="0 5 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
)
def windrow_corrections():
    KubernetesPodOperator(
        task_id="backfill",
        name="windrow-backfill",
        image="windrow",
        cmds=["windrow-backfill"],
        arguments=[
            "--definitions=/work/definitions.json",
            "--models=gs://my-bucket/models",
            "--source=bigquery://my-project.plant.samples",
            "--start={{ data_interval_start.isoformat() }}",
            "--end={{ data_interval_end.isoformat() }}",
            # What the stream has written in that time; only what differs from it is published.
            "--only-changed=/work/predictions/{{ ds }}/*.parquet",
            "--sink=/work/corrections/{{ ds }}.parquet",
            "--sink=pubsub://my-project/predictions",
            "--summary-file=/work/corrections/{{ ds }}.summary.json",
            "--progress=log",
        ],
        volumes=[WORK],
        volume_mounts=[k8s.V1VolumeMount(name="work", mount_path="/work")],
        container_resources=k8s.V1ResourceRequirements(
            requests={"cpu": "2", "memory": "1536Mi"}, limits={"memory": "2Gi"}
        ),
        termination_grace_period=120,
        retries=3,
        retry_delay=timedelta(minutes=5),
    )


windrow_corrections()
