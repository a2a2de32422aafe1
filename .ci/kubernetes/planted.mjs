// Mistakes, each planted into objects that have none. `of(kind, beginning of its name)` is one of them.
const stage = (object) => object.spec.template.spec.containers[0];

export const planted = {
  "a misspelled field": (of) => { of("StatefulSet", "teacher-scorer").spec.replica = 2; },
  "a misspelled field of a probe": (of) => { stage(of("Deployment", "proxy")).readinessProbe.periodSecond = 5; },
  "a field in the wrong place": (of) => { of("StatefulSet", "student-trainer").spec.template.terminationGracePeriodSeconds = 60; },
  "a number in quotes": (of) => { of("Deployment", "proxy").spec.replicas = "2"; },
  "a missing selector": (of) => { delete of("Deployment", "student-canary").spec.selector; },
  "an API that is gone": (of) => { of("PodDisruptionBudget", "proxy").apiVersion = "policy/v1beta1"; },
  "an access mode that there is not": (of) => { of("PersistentVolumeClaim", "models").spec.accessModes = ["ReadMany"]; },
  "a budget that holds for no pod": (of) => { of("PodDisruptionBudget", "proxy").spec.selector.matchLabels["app.kubernetes.io/name"] = "prox"; },
  "a monitor of a port that there is not": (of) => { of("ServiceMonitor", "stillstream").spec.endpoints[0].port = "metric"; },
  "a misspelled field of the monitor": (of) => { of("ServiceMonitor", "stillstream").spec.endpoints[0].intervall = "5s"; },
  "a mount without a volume": (of) => { stage(of("Deployment", "rollout-controller")).volumeMounts[0].name = "temp"; },
  "a volume without a claim": (of) => { of("StatefulSet", "student-trainer").spec.template.spec.volumes.find((one) => one.name === "models").persistentVolumeClaim.claimName = "model"; },
  "no probe": (of) => { delete stage(of("Deployment", "student-champion")).livenessProbe; },
  "a root file system that can be written to": (of) => { stage(of("StatefulSet", "teacher-scorer")).securityContext.readOnlyRootFilesystem = false; },
  "no limit of memory": (of) => { delete stage(of("StatefulSet", "student-trainer")).resources.limits; },
  "a setting that there is not": (of) => { of("ConfigMap", "settings").data.STILLSTREAM_KAFKA_BOOTSTRAP_SERVER = "kafka:9092"; },
  "a setting with a wrong value": (of) => { of("ConfigMap", "settings").data.STILLSTREAM_KAFKA_CONNECT_TIMEOUT = "soon"; },
};
