// The core group: volumes of pods.
#include "fakeapi/types/table.hpp"

namespace fakeapi::types {

Package const core_v1_volumes{"io.k8s.api.core.v1", "core", "", "v1", R"(
Volume
  name! string 1
  & VolumeSource 2
VolumeSource
  hostPath *HostPathVolumeSource 1
  emptyDir *EmptyDirVolumeSource 2
  gcePersistentDisk *GCEPersistentDiskVolumeSource 3 go:GCEPersistentDisk
  awsElasticBlockStore *AWSElasticBlockStoreVolumeSource 4 go:AWSElasticBlockStore
  gitRepo *GitRepoVolumeSource 5
  secret *SecretVolumeSource 6
  nfs *NFSVolumeSource 7 go:NFS
  iscsi *ISCSIVolumeSource 8 go:ISCSI
  glusterfs *GlusterfsVolumeSource 9
  persistentVolumeClaim *PersistentVolumeClaimVolumeSource 10
  rbd *RBDVolumeSource 11 go:RBD
  flexVolume *FlexVolumeSource 12
  cinder *CinderVolumeSource 13
  cephfs *CephFSVolumeSource 14 go:CephFS
  flocker *FlockerVolumeSource 15
  downwardAPI *DownwardAPIVolumeSource 16
  fc *FCVolumeSource 17 go:FC
  azureFile *AzureFileVolumeSource 18
  configMap *ConfigMapVolumeSource 19
  vsphereVolume *VsphereVirtualDiskVolumeSource 20
  quobyte *QuobyteVolumeSource 21
  azureDisk *AzureDiskVolumeSource 22
  photonPersistentDisk *PhotonPersistentDiskVolumeSource 23
  projected *ProjectedVolumeSource 26
  portworxVolume *PortworxVolumeSource 24
  scaleIO *ScaleIOVolumeSource 25
  storageos *StorageOSVolumeSource 27 go:StorageOS
  csi *CSIVolumeSource 28 go:CSI
  ephemeral *EphemeralVolumeSource 29
PersistentVolumeClaimVolumeSource
  claimName! string 1
  readOnly bool 2
PersistentVolumeClaimSpec
  accessModes []string 1
  selector *meta.LabelSelector 4
  resources ResourceRequirements 2
  volumeName string 3
  storageClassName *string 5
  volumeMode *string 6 ="Filesystem"
  dataSource *TypedLocalObjectReference 7
HostPathVolumeSource
  path! string 1
  type *string 2 =""
EmptyDirVolumeSource
  medium string 1
  sizeLimit *Quantity 2
GlusterfsVolumeSource
  endpoints! string 1 go:EndpointsName
  path! string 2
  readOnly bool 3
RBDVolumeSource
  monitors! []string 1 go:CephMonitors
  image! string 2 go:RBDImage
  fsType string 3 go:FSType
  pool string 4 go:RBDPool ="rbd"
  user string 5 go:RadosUser ="admin"
  keyring string 6 ="/etc/ceph/keyring"
  secretRef *LocalObjectReference 7
  readOnly bool 8
CinderVolumeSource
  volumeID! string 1
  fsType string 2 go:FSType
  readOnly bool 3
  secretRef *LocalObjectReference 4
CephFSVolumeSource
  monitors! []string 1
  path string 2
  user string 3
  secretFile string 4
  secretRef *LocalObjectReference 5
  readOnly bool 6
FlockerVolumeSource
  datasetName string 1
  datasetUUID string 2
GCEPersistentDiskVolumeSource
  pdName! string 1 go:PDName
  fsType string 2 go:FSType
  partition int32 3
  readOnly bool 4
QuobyteVolumeSource
  registry! string 1
  volume! string 2
  readOnly bool 3
  user string 4
  group string 5
  tenant string 6
FlexVolumeSource
  driver! string 1
  fsType string 2 go:FSType
  secretRef *LocalObjectReference 3
  readOnly bool 4
  options {}string 5
AWSElasticBlockStoreVolumeSource
  volumeID! string 1
  fsType string 2 go:FSType
  partition int32 3
  readOnly bool 4
GitRepoVolumeSource
  repository! string 1
  revision string 2
  directory string 3
SecretVolumeSource
  secretName string 1
  items []KeyToPath 2
  defaultMode *int32 3 =420
  optional *bool 4
SecretProjection
  & LocalObjectReference 1
  items []KeyToPath 2
  optional *bool 4
NFSVolumeSource
  server! string 1
  path! string 2
  readOnly bool 3
ISCSIVolumeSource
  targetPortal! string 1
  iqn! string 2 go:IQN
  lun! int32 3
  iscsiInterface string 4 go:ISCSIInterface ="default"
  fsType string 5 go:FSType
  readOnly bool 6
  portals []string 7
  chapAuthDiscovery bool 8 go:DiscoveryCHAPAuth
  chapAuthSession bool 11 go:SessionCHAPAuth
  secretRef *LocalObjectReference 10
  initiatorName *string 12
FCVolumeSource
  targetWWNs []string 1
  lun *int32 2
  fsType string 3 go:FSType
  readOnly bool 4
  wwids []string 5 go:WWIDs
AzureFileVolumeSource
  secretName! string 1
  shareName! string 2
  readOnly bool 3
VsphereVirtualDiskVolumeSource
  volumePath! string 1
  fsType string 2 go:FSType
  storagePolicyName string 3
  storagePolicyID string 4
PhotonPersistentDiskVolumeSource
  pdID! string 1
  fsType string 2 go:FSType
AzureDiskVolumeSource
  diskName! string 1
  diskURI! string 2 go:DataDiskURI
  cachingMode *string 3 ="ReadWrite"
  fsType *string 4 go:FSType ="ext4"
  readOnly *bool 5 =false
  kind *string 6 ="Shared"
PortworxVolumeSource
  volumeID! string 1
  fsType string 2 go:FSType
  readOnly bool 3
ScaleIOVolumeSource
  gateway! string 1
  system! string 2
  secretRef! *LocalObjectReference 3
  sslEnabled bool 4 go:SSLEnabled
  protectionDomain string 5
  storagePool string 6
  storageMode string 7 ="ThinProvisioned"
  volumeName string 8
  fsType string 9 go:FSType ="xfs"
  readOnly bool 10
StorageOSVolumeSource
  volumeName string 1
  volumeNamespace string 2
  fsType string 3 go:FSType
  readOnly bool 4
  secretRef *LocalObjectReference 5
ConfigMapVolumeSource
  & LocalObjectReference 1
  items []KeyToPath 2
  defaultMode *int32 3 =420
  optional *bool 4
ConfigMapProjection
  & LocalObjectReference 1
  items []KeyToPath 2
  optional *bool 4
ServiceAccountTokenProjection
  audience string 1
  expirationSeconds *int64 2 =3600
  path! string 3
ProjectedVolumeSource
  sources []VolumeProjection 1 keep
  defaultMode *int32 2 =420
VolumeProjection
  secret *SecretProjection 1
  downwardAPI *DownwardAPIProjection 2
  configMap *ConfigMapProjection 3
  serviceAccountToken *ServiceAccountTokenProjection 4
KeyToPath
  key! string 1
  path! string 2
  mode *int32 3
CSIVolumeSource
  driver! string 1
  readOnly *bool 2
  fsType *string 3 go:FSType
  volumeAttributes {}string 4
  nodePublishSecretRef *LocalObjectReference 5
EphemeralVolumeSource
  volumeClaimTemplate *PersistentVolumeClaimTemplate 1
  readOnly bool 2
PersistentVolumeClaimTemplate
  metadata meta.ObjectMeta 1
  spec! PersistentVolumeClaimSpec 2
TypedLocalObjectReference
  apiGroup *string 1 keep go:APIGroup
  kind! string 2
  name! string 3
DownwardAPIVolumeSource
  items []DownwardAPIVolumeFile 1
  defaultMode *int32 2 =420
DownwardAPIVolumeFile
  path! string 1
  fieldRef *ObjectFieldSelector 2
  resourceFieldRef *ResourceFieldSelector 3
  mode *int32 4
DownwardAPIProjection
  items []DownwardAPIVolumeFile 1
)"};

}  // namespace fakeapi::types
