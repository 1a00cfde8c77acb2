{
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'posters-' + std.asciiLower(std.extVar('city')) },
}
