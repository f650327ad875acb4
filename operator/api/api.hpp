// The Kubernetes API, abstract: what the operator runs against.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <expected>
#include <memory>

#include "operator/api/error.hpp"
#include "operator/api/request.hpp"
#include "operator/api/watch.hpp"

namespace api {

template <class T>
using Result = std::expected<T, Error>;
template <class T>
using AsyncResult = boost::asio::awaitable<Result<T>>;

/// A client of one API server, used from one thread. Implementations override call() and open_watch(); the named verbs
/// are the same for all of them.
///
/// Cancellation: a read ends with `cancelled`. A write that has been sent is not abandoned: the call lasts until its
/// answer or its deadline. Errors of a write that may have been carried out have outcome_unknown set.
/// Lifetime: the Api outlives every call; arguments are taken by value and need not.
class Api {
 public:
  virtual ~Api() = default;

  /// Any request but a watch.
  virtual AsyncResult<Response> call(Request request) = 0;
  /// A request whose verb is watch.
  virtual AsyncResult<std::unique_ptr<Watch>> open_watch(Request request) = 0;

  AsyncResult<ObjectPtr> get(Resource resource, ObjectKey key, GetOptions options);
  /// One page. `namespace_` "" lists all namespaces, or a cluster-scoped resource.
  AsyncResult<ObjectList> list(Resource resource, std::string namespace_, ListOptions options);
  AsyncResult<std::unique_ptr<Watch>> watch(Resource resource, std::string namespace_, WatchOptions options);
  /// The object's namespace and name (or generateName) say where.
  AsyncResult<ObjectPtr> create(Resource resource, ObjectPtr object, WriteOptions options);
  /// PUT; with Subresource::status only the status is taken, with scale the object is an autoscaling/v1 Scale.
  AsyncResult<ObjectPtr> update(Resource resource, ObjectPtr object, Subresource subresource, WriteOptions options);
  AsyncResult<ObjectPtr> patch(Resource resource, ObjectKey key, Patch patch, Subresource subresource,
                               WriteOptions options);
  /// Deleted when the object is gone; the object when it stays until its finalizers are removed.
  AsyncResult<std::variant<ObjectPtr, Deleted>> delete_(Resource resource, ObjectKey key, DeleteOptions options);
};

}  // namespace api
